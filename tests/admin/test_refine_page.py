from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from django_outfitanyone.choices import Status
from django_outfitanyone.models import TryOnResult
from tests.admin.pages import errors_on, hidden, text_of
from tests.factories import make_model_image, make_staff, make_try_on

pytestmark = pytest.mark.django_db


def send_form(site, result, **changes):
    data = {"results": str(result.pk), "gender": "woman", "batch": str(uuid.uuid4()), **changes}
    return site.post("tryonresult_refine", **data)


def test_action__opens_the_page_with_price_and_pictures(site):
    result = make_try_on()
    redirect = site.select("tryonresult", "refine", [result])
    page = text_of(site.client.get(redirect["Location"]))

    assert result.thumbnail.url in page
    assert "1 picture; about CNY 0.30" in page
    assert ">Refine 1 picture for CNY 0.304</button>" in page
    assert hidden(site.client.get(redirect["Location"]), "results") == str(result.pk)


def test_action__limits_the_number_of_pictures(site, messages_of, monkeypatch):
    monkeypatch.setattr("django_outfitanyone.admin.refine_page.MAX_PICTURES", 1)
    response = site.select("tryonresult", "refine", [make_try_on(), make_try_on()])

    assert "at most 1" in messages_of(response)[0]


def test_form__requests_the_refined_picture_and_shows_its_batch(site):
    result = make_try_on()
    response = send_form(site, result)
    row = TryOnResult.objects.exclude(pk=result.pk).get()

    assert (row.refines, row.gender, row.status) == (result, "woman", Status.QUEUED)
    assert str(row.batch) in response["Location"]


def test_form_sent_twice__makes_one_batch(site):
    result, batch = make_try_on(), str(uuid.uuid4())
    for _ in range(2):
        send_form(site, result, batch=batch)

    assert TryOnResult.objects.filter(refines=result).count() == 1


def test_form__requires_the_gender(site):
    page = text_of(send_form(site, make_try_on(), gender=""))

    assert "This field is required." in page
    assert TryOnResult.objects.count() == 1


def test_form__does_not_ask_for_a_gender_that_the_photo_says(site):
    result = make_try_on(model_image=make_model_image(gender="man"))
    page = text_of(site.get("tryonresult_refine", results=str(result.pk)))
    assert 'name="gender"' not in page

    send_form(site, result, gender="")

    assert TryOnResult.objects.get(refines=result).gender == "man"


def test_form__asks_only_about_the_photos_that_do_not_say_it_and_they_remember_it(site):
    known = make_try_on(model_image=make_model_image(gender="man"))
    unknown = make_try_on()
    both = f"{known.pk},{unknown.pk}"
    page = text_of(site.get("tryonresult_refine", results=both))
    assert "The model photos of the other pictures say the gender." in page

    send_form(site, unknown, results=both, gender="woman")

    refined = {row.refines: row.gender for row in TryOnResult.objects.filter(refines__isnull=False)}
    assert refined == {known: "man", unknown: "woman"}
    unknown.model_image.refresh_from_db()
    assert unknown.model_image.gender == "woman"


def test_form__changes_no_photo_without_the_permission(site_with):
    site = site_with("add_tryonresult", "view_tryonresult", "view_modelimage", "view_garment")
    result = make_try_on()

    send_form(site, result)

    assert TryOnResult.objects.get(refines=result).gender == "woman"
    result.model_image.refresh_from_db()
    assert result.model_image.gender == ""


def test_page__explains_why_a_picture_cannot_be_refined(site):
    result = make_try_on(status=Status.FAILED)
    page = text_of(site.get("tryonresult_refine", results=str(result.pk)))

    assert "None of the selected pictures can be refined." in page
    assert "Only finished pictures can be refined" in page
    assert 'name="gender"' not in page


def test_page__warns_if_the_budget_does_not_cover_the_cost(site, configure):
    configure(BUDGET_PER_DAY=Decimal("0.10"))
    page = text_of(site.get("tryonresult_refine", results=str(make_try_on().pk)))

    assert "Only CNY 0.10 is left of the budget" in page


def test_form__reports_a_missing_api_key(site, configure, monkeypatch):
    configure(API_KEY="")
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    response = send_form(site, make_try_on())

    assert "API key" in errors_on(response)[0]
    assert TryOnResult.objects.count() == 1


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.FAILED])
def test_detail__offers_to_refine_finished_pictures_only(site, status):
    page = text_of(site.get("tryonresult_change", make_try_on(status=status).pk))

    assert ("Refine…</a>" in page) == (status == Status.SUCCEEDED)


def test_page__needs_the_add_permission(site_with):
    result = make_try_on(requested_by=make_staff())
    viewer = site_with("view_tryonresult", "change_tryonresult")

    assert viewer.get("tryonresult_refine", results=str(result.pk)).status_code == 403
    assert send_form(viewer, result).status_code == 403
    assert "refine" not in viewer.offered_actions("tryonresult")
