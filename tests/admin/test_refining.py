from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from django_outfitanyone.choices import Status
from django_outfitanyone.models import TryOnResult
from tests.admin.pages import hidden, text_of
from tests.factories import make_staff, make_try_on

pytestmark = pytest.mark.django_db


def order(site, result, **changes):
    answers = {"results": str(result.pk), "gender": "woman", "batch": str(uuid.uuid4()), **changes}
    return site.post("tryonresult_refine", **answers)


def test_action__leads_to_the_page_with_price_and_pictures(site):
    result = make_try_on()
    redirect = site.select("tryonresult", "refine", [result])
    page = text_of(site.client.get(redirect["Location"]))

    assert result.thumbnail.url in page
    assert "1 picture; about CNY 0.30" in page
    assert hidden(site.client.get(redirect["Location"]), "results") == str(result.pk)


def test_action__too_many(site, said, monkeypatch):
    monkeypatch.setattr("django_outfitanyone.admin.refining.MOST", 1)
    response = site.select("tryonresult", "refine", [make_try_on(), make_try_on()])

    assert "at most 1" in said(response)[0]


def test_order__asks_for_it_and_shows_the_order(site):
    result = make_try_on()
    response = order(site, result)
    row = TryOnResult.objects.exclude(pk=result.pk).get()

    assert (row.refines, row.gender, row.status) == (result, "woman", Status.QUEUED)
    assert str(row.batch) in response["Location"]


def test_order__sent_twice_is_one(site):
    result, batch = make_try_on(), str(uuid.uuid4())
    for _time in range(2):
        order(site, result, batch=batch)

    assert TryOnResult.objects.filter(refines=result).count() == 1


def test_order__gender_has_to_be_told(site):
    page = text_of(order(site, make_try_on(), gender=""))

    assert "This field is required." in page
    assert TryOnResult.objects.count() == 1


def test_page__says_why_a_picture_cannot_be_refined(site):
    result = make_try_on(status=Status.FAILED)
    page = text_of(site.get("tryonresult_refine", results=str(result.pk)))

    assert "None of the pictures chosen can be refined." in page
    assert "Only finished pictures can be refined" in page
    assert 'name="gender"' not in page


def test_page__says_that_the_budget_does_not_cover_it(site, configure):
    configure(BUDGET_PER_DAY=Decimal("0.10"))
    page = text_of(site.get("tryonresult_refine", results=str(make_try_on().pk)))

    assert "Only CNY 0.10 is left of the budget" in page


def test_page__without_a_key(site, configure, monkeypatch):
    configure(API_KEY="")
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    page = text_of(order(site, make_try_on()))

    assert "No API key" in page
    assert TryOnResult.objects.count() == 1


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED])
def test_detail__offers_it_where_it_is_possible(site, status):
    page = text_of(site.get("tryonresult_change", make_try_on(status=status).pk))

    assert ("Refine…</a>" in page) == (status == Status.SUCCEEDED)


def test_permission__is_that_of_asking_for_try_ons(site_of):
    result = make_try_on(requested_by=make_staff())
    looking = site_of("view_tryonresult", "change_tryonresult")

    assert looking.get("tryonresult_refine", results=str(result.pk)).status_code == 403
    assert order(looking, result).status_code == 403
    assert "refine" not in looking.offered_actions("tryonresult")
