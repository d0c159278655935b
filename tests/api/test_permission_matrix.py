"""Every writing operation against every permission, and amounts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account, Batch
from tests.api.client import Client
from tests.api.operations import OPERATIONS
from tests.factories import (
    make_exact_staff,
    make_garment,
    make_hotspot,
    make_model_image,
    make_try_on,
)
from tests.permission_rules import RULES, WORK, django_permissions

every_operation = pytest.mark.parametrize(("method", "path", "permission", "work"), OPERATIONS)


def client_with(*permissions):
    client = Client()
    client.force_authenticate(make_exact_staff(*permissions))
    return client


@pytest.fixture
def rows(db):
    try_on = make_try_on()
    return {
        "garment": make_garment().pk,
        "photo": make_model_image().pk,
        "try_on": try_on.pk,
        "hotspot": make_hotspot(try_on).pk,
        "batch": Batch.objects.create(pk=try_on.batch, size=1).pk,
    }


@every_operation
def test_operation__is_permitted_with_its_permission_alone(rows, method, path, permission, work):
    path = path.format(**rows)
    others = {"", *WORK} - {work} if work else set()

    for other in others:
        client = client_with(*django_permissions(), other)
        assert getattr(client, method)(path).status_code == 403, other or "none"
    without = client_with(*django_permissions() - {permission}, *WORK)
    assert getattr(without, method)(path).status_code == 403
    allowed = client_with(permission, work)
    assert getattr(allowed, method)(path).status_code not in {401, 403}


@every_operation
def test_operation__is_permitted_with_all_permissions(rows, method, path, permission, work):
    client = client_with(*django_permissions(), *WORK)

    assert getattr(client, method)(path.format(**rows)).status_code not in {401, 403}


def test_operations__follow_the_rules_of_the_admin():
    rules = {(need, rule.work) for rule in RULES.values() for need in rule.needs}

    assert {row[2:] for row in OPERATIONS if row[3]} <= rules


def spend_the_budget():
    tomorrow = timezone.now() + timedelta(days=1)
    Account.objects.filter(pk=Account.of().pk).update(budget_spent_until=tomorrow)


@pytest.fixture
def answers(configure, rows):
    """Return a function that sends each request with amounts in its response."""
    configure(BUDGET_PER_DAY=Decimal("0.01"))
    priced = make_try_on()
    spend_the_budget()
    waiting = make_try_on(status=Status.QUEUED)

    def send(client):
        order = {"model_images": [rows["photo"]], "garments": [rows["garment"]]}
        move = {"engine": "default", "try_ons": [waiting.pk], "dry_run": True}
        job = client.get(f"try-ons/{priced.pk}/").json()["job"]
        estimate = client.post_json("try-ons/estimate/", order).json()
        moved = client.post_json("try-ons/move/", move).json()["estimate"]
        parse = client.post_json(f"model-images/{rows['photo']}/find-clothes/").json()
        obstacle = client.get(f"try-ons/{waiting.pk}/").json()["job"]["waits_for"]
        return {
            "job": job["cost"],
            "listed": client.get("try-ons/").json()["results"][-1]["job"]["cost"],
            "estimate": estimate["cost"],
            "other costs": estimate["other_costs"],
            "budget": estimate["budget_left"],
            "move": moved["cost"],
            "parse": parse["cost"],
            "batch": client.get(f"batches/{rows['batch']}/").json()["costs"],
        }, obstacle

    return send


def test_amounts__are_null_without_the_permission_to_see_costs(answers):
    amounts, obstacle = answers(client_with(*django_permissions(), *WORK[:3]))

    assert amounts == dict.fromkeys(amounts)
    assert "Work resumes" in obstacle
    assert "0.01" not in obstacle


def test_amounts__are_told_with_the_permission_to_see_costs(answers):
    amounts, obstacle = answers(client_with(*django_permissions(), *WORK))

    assert amounts["job"] == "0.500000"
    assert None not in amounts.values()
    assert "0.01" in obstacle


def test_amounts__of_an_own_try_on_need_the_permission_too(db):
    user = make_exact_staff("add_tryonresult", "generate")
    row = make_try_on(requested_by=user)
    client = Client()
    client.force_authenticate(user)

    job = client.get(f"try-ons/{row.pk}/").json()["job"]
    assert job["cost"] is None
    assert job["batch"] == str(row.batch)
