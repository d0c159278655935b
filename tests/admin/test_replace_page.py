"""The page “Replace photo” of a batch."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry

from django_outfitanyone.admin import order_check
from django_outfitanyone.choices import Status
from django_outfitanyone.models import ModelImage, TryOnResult
from tests.admin.batches import BATCH, batch_page, cause_of, make_named
from tests.admin.pages import address, hidden, progress_on, text_of
from tests.factories import make_model_image

pytestmark = pytest.mark.django_db

PERSON = {"error_code": "InvalidPerson", "error_message": "No human body."}
GARMENT = {"error_code": "InvalidGarment", "error_message": "No garment."}
PAGE = "tryonresult_batch_replace"


@pytest.fixture
def failed():
    _batch, rows = make_named(Status.FAILED, Status.FAILED, Status.SUCCEEDED)
    TryOnResult.objects.filter(status=Status.FAILED).update(**PERSON)
    return TryOnResult.objects.get(pk=rows[0].pk)


@pytest.fixture
def photo():
    return make_model_image(name="Anna", tags=["beach"])


def refused(photo):
    """Note that the engine has refused the photo, which saving it forgets."""
    ModelImage.objects.filter(pk=photo.pk).update(refusal_code="InvalidPerson")
    return photo


def order(site, failed, photo, **data):
    return site.post(PAGE, BATCH, cause_of(failed), photos=photo.pk, _order=1, **data)


class TestBatchPage:
    def test_links_it_where_the_photo_is_at_fault(self, site, failed):
        link = f'href="{address(PAGE, BATCH, cause_of(failed))}"'

        assert link in text_of(batch_page(site))

    def test_does_not_link_it_for_another_cause(self, site, failed):
        TryOnResult.objects.filter(status=Status.FAILED).update(**GARMENT)

        assert "outfit-replace-" not in text_of(batch_page(site))

    def test_does_not_link_it_without_the_permission_to_generate(self, site_with_only, failed):
        session = site_with_only("view_tryonresult", "add_tryonresult")

        assert "outfit-replace-" not in text_of(batch_page(session))


class TestPage:
    def test_offers_other_usable_photos_only(self, site, failed, photo):
        refused(make_model_image(name="Refused"))
        make_model_image(name="Inactive", is_active=False)
        ModelImage.objects.filter(pk=failed.model_image_id).update(name="Failed")
        page = text_of(site.get(PAGE, BATCH, cause_of(failed)))

        assert "2 pictures failed because of their model photos." in page
        assert "<span>Anna</span>" in page
        assert not any(f"<span>{name}</span>" in page for name in ("Refused", "Inactive", "Failed"))

    def test_filters_by_name_and_tag(self, site, failed, photo):
        make_model_image(name="Bea")
        page = text_of(site.get(PAGE, BATCH, cause_of(failed), photo_filter="beach"))

        assert "<span>Anna</span>" in page
        assert "<span>Bea</span>" not in page

    def test_shows_number_price_and_budget_before_it_orders(self, site, failed, photo, configure):
        configure(BUDGET_PER_DAY="10")
        page = site.post(PAGE, BATCH, cause_of(failed), photos=photo.pk, _recalculate=1)

        assert "2 pictures; about CNY 1." in text_of(page)
        assert "of the budget is left now" in text_of(page)
        assert hidden(page, "shown_costs").startswith("CNY=1")
        assert TryOnResult.objects.count() == 3

    def test_tells_no_price_without_the_permission(self, site_with_only, failed, photo):
        rights = ("view_tryonresult", "add_tryonresult", "generate", "view_garment")
        session = site_with_only(*rights, "view_modelimage")
        page = text_of(session.post(PAGE, BATCH, cause_of(failed), photos=photo.pk))

        assert "CNY" not in page
        assert "Make 2 pictures" in page

    def test_answers_the_script_with_the_summary(self, site, failed, photo):
        page = text_of(site.post(PAGE, BATCH, cause_of(failed), photos=photo.pk, _summary="filter"))

        assert "<html" not in page
        assert 'data-for="outfit-photos"' in page

    def test_needs_a_photo(self, site, failed):
        page = site.post(PAGE, BATCH, cause_of(failed), _order=1)

        assert "Choose a model photo." in text_of(page)
        assert TryOnResult.objects.count() == 3

    def test_known_bad_photo_is_refused_even_if_it_is_sent(self, site, failed):
        order(site, failed, refused(make_model_image()))

        assert TryOnResult.objects.count() == 3


class TestOrder:
    def test_adds_the_pictures_to_the_batch(self, site, failed, photo, messages_of):
        response = order(site, failed, photo)

        assert response.url == address("tryonresult_batch", BATCH)
        text = "2 pictures were requested with the model photo “Anna”."
        assert messages_of(response) == [text]
        assert TryOnResult.objects.of_batch(BATCH).filter(model_image=photo).count() == 2
        assert progress_on(batch_page(site)).startswith("1 of 3 ready, 2 replaced")

    def test_is_in_the_history(self, site, failed, photo):
        order(site, failed, photo)
        entry = LogEntry.objects.get(object_id=str(failed.pk))

        assert entry.change_message == "Requested anew with the model photo “Anna”"

    def test_of_a_second_person_says_so_and_orders_nothing(self, site, failed, photo, messages_of):
        cause = cause_of(failed)
        order(site, failed, photo)
        response = site.post(PAGE, BATCH, cause, photos=photo.pk, _order=1)

        text = "These pictures have been retried already, or their cause has changed."
        assert messages_of(response)[-1] == text
        assert TryOnResult.objects.count() == 5

    def test_above_the_limit_asks_once(self, site, failed, photo, monkeypatch):
        monkeypatch.setattr(order_check, "LARGE_ORDER", 1)
        page = text_of(order(site, failed, photo))
        assert 'name="_confirm"' in page
        assert TryOnResult.objects.count() == 3

        site.post(PAGE, BATCH, cause_of(failed), photos=photo.pk, _confirm=1)
        assert TryOnResult.objects.count() == 5

    def test_that_became_dearer_is_shown_first(self, site, failed, photo):
        page = order(site, failed, photo, shown_costs="CNY=0.1")

        assert "The price has changed." in text_of(page)
        assert TryOnResult.objects.count() == 3

    def test_needs_the_permission_to_generate(self, site_with_only, failed, photo):
        session = site_with_only("view_tryonresult", "add_tryonresult")

        assert order(session, failed, photo).status_code == 403


def test_garment_at_fault__is_linked_from_the_batch(site, failed):
    TryOnResult.objects.filter(status=Status.FAILED).update(**GARMENT)
    page = text_of(batch_page(site))

    assert "Replace the garment's picture on its page" in page
    assert f'href="{address("garment_change", failed.garments[0].pk)}"' in page
