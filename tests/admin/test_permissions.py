from __future__ import annotations

import pytest
from django.test import Client

from django_outfitanyone.actions import parse_clothes
from django_outfitanyone.choices import Review, Status
from django_outfitanyone.models import Account, Charge, ClothesParse, TryOnResult
from tests.admin.forms import try_on_form_data
from tests.admin.pages import address, card_of, text_of
from tests.factories import (
    make_charge,
    make_garment,
    make_model_image,
    make_staff,
    make_try_on,
)

pytestmark = pytest.mark.django_db


REVIEW_ACTIONS = {"approve", "reject", "publish", "unpublish", "cancel"}


PARSE_ACTIONS = {"parse_clothes", "parse_clothes_again"}
"""They cost money, so they need the permission to add a parse, as in the API."""


@pytest.mark.parametrize(
    ("permissions", "model", "expected"),
    [
        (["view_tryonresult"], "tryonresult", {"export"}),
        (["change_tryonresult"], "tryonresult", {*REVIEW_ACTIONS, "export"}),
        (
            ["view_tryonresult", "add_clothesparse"],
            "tryonresult",
            {*PARSE_ACTIONS, "export"},
        ),
        (
            ["view_tryonresult", "add_tryonresult"],
            "tryonresult",
            {"retry", "refine", "export", "move"},
        ),
        (["view_garment"], "garment", set()),
        (["change_garment"], "garment", set()),
        (["view_garment", "add_tryonresult"], "garment", {"try_on"}),
        (["view_product", "add_tryonresult"], "product", {"try_on"}),
        (["view_product"], "product", set()),
        (["view_modelimage"], "modelimage", set()),
        (["change_modelimage"], "modelimage", set()),
        (["view_modelimage", "add_clothesparse"], "modelimage", PARSE_ACTIONS),
        (["view_modelimage", "add_tryonresult"], "modelimage", {"try_on_photos"}),
        (["view_clothesparse"], "clothesparse", set()),
        (["change_clothesparse"], "clothesparse", {"cancel_parses"}),
        (["view_clothesparse", "add_clothesparse"], "clothesparse", {"retry_failed"}),
    ],
)
def test_changelists__offer_permitted_actions_only(site_with, permissions, model, expected):
    parse_clothes(make_try_on())  # a changelist without rows has no actions

    assert site_with(*permissions).offered_actions(model) == expected


@pytest.mark.parametrize("model", ["account", "charge", "clothesparse"])
def test_rows_that_only_the_app_writes__are_read_only_for_a_superuser_too(site, model):
    parse_clothes(make_model_image())
    pk = {
        "account": Account.of().pk,
        "charge": make_charge().pk,
        "clothesparse": ClothesParse.objects.get().pk,
    }[model]

    assert site.client.get(f"/admin/django_outfitanyone/{model}/add/").status_code == 403
    assert 'name="_save"' not in text_of(site.get(f"{model}_change", pk))
    assert site.post(f"{model}_change", pk).status_code == 403


@pytest.mark.parametrize("model", ["account", "charge"])
def test_ledger_and_account__cannot_be_deleted_by_a_superuser(site, model):
    pk = {"account": Account.of().pk, "charge": make_charge().pk}[model]

    assert site.post(f"{model}_delete", pk, post="yes").status_code == 403
    assert "delete_selected" not in site.offered_actions(model)
    assert (Account.objects.count(), Charge.objects.count()) == (1, 1)


def test_changelist_action__is_not_run_without_permission(site_with):
    try_on, photo = make_try_on(), make_model_image()
    site = site_with("view_tryonresult", "view_modelimage", "view_garment")

    site.select("tryonresult", "approve", [try_on])
    site.select("modelimage", "parse_clothes", [photo])
    response = site.select("garment", "try_on", [try_on.garments[0]])

    try_on.refresh_from_db()
    assert try_on.review == Review.TO_REVIEW
    assert not ClothesParse.objects.exists()
    assert "outfit-order" not in text_of(response)


def test_try_on_page__needs_the_add_permission(site_with):
    data = try_on_form_data([make_garment()], [make_model_image()])
    site = site_with("view_tryonresult", "change_tryonresult")

    assert site.get("tryonresult_add").status_code == 403
    assert site.post("tryonresult_add", **data, _order=1).status_code == 403
    assert not TryOnResult.objects.exists()


def test_batch__can_be_viewed_with_the_add_permission(site_with):
    data = try_on_form_data([make_garment()], [make_model_image()])
    site = site_with("add_tryonresult")

    response = site.post("tryonresult_add", **data, _order=1)

    assert TryOnResult.objects.get().requested_by == site.user
    assert site.client.get(response.url).status_code == 200


@pytest.mark.parametrize(
    ("action", "permission", "status"),
    [
        ("approve", "change_tryonresult", Status.SUCCEEDED),
        ("reject", "change_tryonresult", Status.SUCCEEDED),
        ("publish", "change_tryonresult", Status.SUCCEEDED),
        ("cancel", "change_tryonresult", Status.QUEUED),
        ("retry", "add_tryonresult", Status.FAILED),
    ],
)
def test_button__is_shown_and_works_with_its_permission_only(site_with, action, permission, status):
    try_on = make_try_on(status=status)
    button = f'name="action" value="{action}"'
    able, unable = (
        site_with("view_tryonresult", permission),
        site_with("view_tryonresult", *({"change_tryonresult", "add_tryonresult"} - {permission})),
    )

    assert button in card_of(able.get("tryonresult_batch", try_on.batch), try_on)
    assert button not in card_of(unable.get("tryonresult_batch", try_on.batch), try_on)
    for page, where in (("do", try_on.pk), ("batch_do", try_on.batch)):
        assert unable.post(f"tryonresult_{page}", where, action=action).status_code == 403
        assert able.post(f"tryonresult_{page}", where, action=action).status_code == 302


def test_unclear_try_on__is_decided_with_the_change_permission(site_with):
    candidate = {"task_id": "task-1", "state": "running", "submitted_at": ""}
    try_on = make_try_on(status=Status.NEEDS_ATTENTION, remote_answer={"candidates": [candidate]})
    site = site_with("view_tryonresult")

    page = text_of(site.get("tryonresult_change", try_on.pk))

    assert "task-1" in page
    for label in ("Use this task", "Retry", "Cancel this try-on"):
        assert label not in page
    assert site.post("tryonresult_adopt", try_on.pk, task="task-1").status_code == 403


@pytest.mark.parametrize("page", ["tryonresult_batch", "tryonresult_batch_cards"])
def test_batch__needs_the_view_permission(site_with, page):
    try_on = make_try_on()

    assert site_with("view_tryonresult").get(page, try_on.batch).status_code == 200
    assert site_with("view_garment").get(page, try_on.batch).status_code == 403


@pytest.mark.parametrize(
    ("page", "args"),
    [
        ("tryonresult_batch", ["11111111-2222-4333-8444-555555555555"]),
        ("tryonresult_batch_cards", ["11111111-2222-4333-8444-555555555555"]),
        ("tryonresult_batch_do", ["11111111-2222-4333-8444-555555555555"]),
        ("tryonresult_do", [1]),
        ("tryonresult_adopt", [1]),
        ("tryonresult_add", []),
        ("account_resume", ["default"]),
    ],
)
def test_pages__redirect_anonymous_users_to_the_login(client, page, args):
    where = address(page, *args)

    for response in (client.get(where), client.post(where)):
        assert response.status_code == 302
        assert response.url.startswith("/admin/login/")


@pytest.mark.parametrize("page", ["tryonresult_do", "tryonresult_adopt"])
def test_buttons__are_protected_against_csrf(page):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_staff(is_superuser=True))

    assert client.post(address(page, make_try_on().pk), {"action": "approve"}).status_code == 403


def test_view_permission__shows_pages_without_buttons(site_with):
    try_on = make_try_on()
    site = site_with("view_tryonresult", "view_hotspot")

    page = text_of(site.get("tryonresult_change", try_on.pk))

    assert 'name="action"' not in page
    assert 'name="_save"' not in page
    assert try_on.image.url in page
