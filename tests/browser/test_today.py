"""The app's first page in the admin, with something in each of its parts."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.urls import reverse

from django_outfitanyone.choices import Status
from tests.factories import make_charge, make_published, make_try_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture
def work(configure):
    """A picture to review, a batch in progress, a failure, and a budget that is nearly spent."""
    configure(BUDGET_PER_DAY=1, BUDGET_PER_MONTH=20)
    batch = uuid.uuid4()
    for number, status in enumerate([Status.SUCCEEDED, Status.QUEUED, Status.QUEUED]):
        make_try_on(batch=batch, number=number, status=status)
    make_try_on(status=Status.FAILED, error_code="InvalidPerson", error_message="No person seen.")
    make_try_on(status=Status.FAILED, error_code="Odd", error_message="x" * 90)
    make_published()
    make_charge(amount=Decimal("0.75"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_page__fits_and_is_accessible(work, visit, barriers, admin_client, width, scheme):
    url = reverse("admin:app_list", args=["django_outfitanyone"])
    page = visit(url, client=admin_client, width=width, color_scheme=scheme)

    assert page.is_visible("text=1 picture to review")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert barriers(page, within=".outfit-today") == []
    assert page.complaints == []


def test_wide_page__shows_two_parts_beside_each_other(work, visit, admin_client):
    url = reverse("admin:app_list", args=["django_outfitanyone"])
    page = visit(url, client=admin_client, width=1280)

    tops = {part.bounding_box()["y"] for part in page.locator(".outfit-today section").all()[:2]}
    assert len(tops) == 1


def test_task__leads_to_the_review_desk(work, visit, admin_client):
    url = reverse("admin:app_list", args=["django_outfitanyone"])
    page = visit(url, client=admin_client, width=1280)

    page.click("text=1 picture to review")

    assert page.is_visible("text=Review pictures")
