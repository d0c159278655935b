"""The review desk: what it shows, to whom, and how it gets from one picture to the next."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from django_outfitanyone.choices import Review, Status
from django_outfitanyone.models import TryOnResult
from tests.admin.batches import BATCH, make_batch
from tests.admin.pages import address, text_of
from tests.factories import (
    make_garment,
    make_model_image,
    make_product,
    make_published,
    make_try_on,
)
from tests.query_plans import needs_sqlite, only_bounded_reads

pytestmark = pytest.mark.django_db

VIEW = ["view_tryonresult", "view_garment", "view_modelimage"]


def shown_on(response):
    """Return the primary key of the picture on the desk, or ``None``."""
    found = re.search(r'id="outfit-desk"[^>]* data-picture="(\d+)"', text_of(response))
    return found and int(found[1])


def keys_on(response):
    return set(re.findall(r'data-key="(\w)"', text_of(response))) & set("aprmujkzce")


def status_on(response):
    return re.search(r'id="outfit-review-status"[^>]*>([^<]*)<', text_of(response))[1]


class TestPicture:
    def test_first_one_waiting_is_shown_beside_what_it_was_made_of(self, site):
        photo, garment = make_model_image(name="Ana"), make_garment(name="Red top")
        try_on = make_try_on(model_image=photo, garments=[garment])
        make_try_on()

        response = site.get("tryonresult_review")
        page = text_of(response)

        assert shown_on(response) == try_on.pk
        assert status_on(response) == "2 left."
        assert f'src="{try_on.image.url}"' in page
        assert f'src="{photo.thumbnail.url}" alt="Model photo: Ana"' in page
        assert f'src="{garment.thumbnail.url}" alt="Garment: Red top"' in page

    def test_next_one_is_loaded_ahead(self, site):
        make_try_on()
        following = make_try_on()

        page = text_of(site.get("tryonresult_review"))

        assert re.search(rf'<img src="{following.image.url}"[^>]* hidden>', page)

    def test_rows_that_never_finished_or_were_decided_do_not_wait(self, site):
        for status in (Status.FAILED, Status.QUEUED, Status.RUNNING):
            make_try_on(status=status)
        make_try_on(review=Review.REJECTED), make_published()

        response = site.get("tryonresult_review")

        assert shown_on(response) is None
        assert status_on(response) == "None left."
        assert "No picture waits for review" in text_of(response)

    def test_next_and_previous_start_again_at_the_end(self, site):
        first, second, third = (make_try_on() for _ in range(3))

        def shown(**query):
            return shown_on(site.get("tryonresult_review", **query))

        assert [shown(after=row.pk) for row in (first, second, third)] == [
            second.pk,
            third.pk,
            first.pk,
        ]
        assert [shown(before=row.pk) for row in (first, second, third)] == [
            third.pk,
            first.pk,
            second.pk,
        ]

    def test_pictures_whose_decisions_are_being_sent_are_left_out(self, site):
        first, second, third = (make_try_on() for _ in range(3))

        response = site.get("tryonresult_review_picture", after=first.pk, without=[second.pk])

        assert shown_on(response) == third.pk

    def test_decided_one_is_shown_by_its_address_with_who_decided_and_why(self, site):
        make_try_on()
        rejected = make_try_on(review=Review.REJECTED, rejection_reason="fit")

        response = site.get("tryonresult_review", at=rejected.pk)

        assert shown_on(response) == rejected.pk
        assert "the clothes do not fit the body" in text_of(response)
        assert keys_on(response) >= {"a"}
        assert not keys_on(response) & {"p", "r"}

    @pytest.mark.parametrize("at", ["0", "x", "9" * 30, "-1"])
    def test_address_of_no_picture_shows_the_first_one(self, site, at):
        try_on = make_try_on()

        assert shown_on(site.get("tryonresult_review", at=at)) == try_on.pk

    def test_candidates_can_be_compared(self, site):
        first = make_try_on()
        second = make_try_on(candidates=first.candidates, candidate=2)
        make_try_on(candidates=first.candidates, candidate=3, status=Status.RUNNING)

        page = text_of(site.get("tryonresult_review"))

        assert "Compare 3 candidates" in page
        assert f'data-query="at={second.pk}"' in page
        assert "Candidate 3: running" in page

    def test_single_picture_has_nothing_to_compare(self, site):
        make_try_on()

        assert "c" not in keys_on(site.get("tryonresult_review"))

    def test_price_of_another_one_is_on_its_button(self, site):
        make_try_on()

        page = text_of(site.get("tryonresult_review"))

        assert re.search(r'value="another"[^>]*>Another one for CNY \d', page)


class TestFilter:
    @pytest.fixture
    def wanted(self):
        product = make_product(title="Blouse")
        garments = [make_garment(product=product), make_garment("bottom", product=product)]
        return make_try_on(garments=garments, batch=BATCH)

    @pytest.mark.parametrize("name", ["batch", "product", "person"])
    def test_narrows_the_queue_and_stays_in_every_link_and_form(self, site, wanted, name):
        before, after = make_try_on(), make_try_on()
        value = {
            "batch": wanted.batch,
            "product": wanted.garments[0].product_id,
            "person": wanted.model_image_id,
        }[name]
        other = make_try_on(
            batch=wanted.batch,
            number=1,
            model_image=wanted.model_image,
            garments=[wanted.garments[0]],
        )

        response = site.get("tryonresult_review", **{name: value})
        page = text_of(response)

        assert shown_on(response) == wanted.pk
        assert status_on(response) == "2 left."
        assert f"?{name}={value}&amp;after={wanted.pk}" in page
        assert f'<input type="hidden" name="{name}" value="{value}">' in page
        following = site.get("tryonresult_review", after=wanted.pk, **{name: value})
        assert shown_on(following) == other.pk not in {before.pk, after.pk}

    def test_offers_what_is_in_the_queue(self, site, wanted):
        make_try_on(status=Status.QUEUED, model_image=make_model_image(name="Not waiting"))

        page = text_of(site.get("tryonresult_review", product=wanted.garments[0].product_id))

        assert f'value="{wanted.garments[0].product_id}" selected>Blouse</option>' in page
        assert f'<option value="{wanted.model_image_id}">{wanted.model_image}</option>' in page
        assert f'<option value="{BATCH}">' in page
        assert "Not waiting" not in page

    def test_names_what_is_chosen_although_nothing_of_it_waits(self, site):
        make_try_on()
        photo, product = make_model_image(name="Bea"), make_product(title="Scarf")

        page = text_of(
            site.get("tryonresult_review", person=photo.pk, product=product.pk, batch=BATCH)
        )

        assert "selected>Bea<" in page
        assert "selected>Scarf<" in page
        assert "selected>This batch<" in page
        assert "Show all" in page

    @pytest.mark.parametrize(
        "query", [{"batch": "x"}, {"person": "x"}, {"product": "x"}, {"person": "9" * 30}], ids=str
    )
    def test_value_that_is_no_key_is_left_out(self, site, query):
        try_on = make_try_on()

        assert shown_on(site.get("tryonresult_review", **query)) == try_on.pk


class TestPermissions:
    def test_without_the_view_permission_there_is_no_desk(self, site_with):
        make_try_on()
        site = site_with("add_tryonresult")

        assert site.get("tryonresult_review").status_code == 403
        assert site.get("tryonresult_review_picture").status_code == 403

    @pytest.mark.parametrize(
        ("permissions", "expected"),
        [
            (["view_tryonresult"], set()),
            (["change_tryonresult"], {"a", "p", "r", "u"}),
            (["view_tryonresult", "add_tryonresult"], {"m"}),
        ],
        ids=["view", "change", "add"],
    )
    def test_buttons_need_permissions(self, site_with, permissions, expected):
        make_try_on(), make_try_on()

        response = site_with(*VIEW[1:], *permissions).get("tryonresult_review")

        assert keys_on(response) == {*"jkze"} | expected

    def test_other_admin_sites_show_their_own_rows_and_links(
        self, admin_client, admin_user, settings
    ):
        settings.ROOT_URLCONF = "tests.admin.other_site"
        make_try_on()
        own = make_try_on(requested_by=admin_user)

        response = admin_client.get(reverse("own:django_outfitanyone_tryonresult_review"))

        assert shown_on(response) == own.pk
        assert status_on(response) == "1 left."
        assert 'action="/own/' in text_of(response)
        assert 'action="/admin/' not in text_of(response)


class TestLinks:
    def test_list_has_a_link_with_the_number_that_waits(self, site):
        make_try_on(), make_try_on(), make_try_on(status=Status.FAILED)

        page = text_of(site.get("tryonresult_changelist"))

        assert f'href="{address("tryonresult_review")}"' in page
        assert "Review pictures (2)" in page

    def test_list_of_users_who_only_add_has_none(self, site_with):
        page = text_of(site_with("add_tryonresult").get("tryonresult_changelist"))

        assert address("tryonresult_review") not in page

    def test_batch_links_to_its_pictures(self, site, site_with):
        make_batch(Status.SUCCEEDED, Status.SUCCEEDED, Status.QUEUED)
        link = f'href="{address("tryonresult_review")}?batch={BATCH}"'

        page = text_of(site.get("tryonresult_batch", BATCH))

        assert link in page
        assert "Review pictures (2)" in page
        assert link in text_of(site_with("view_tryonresult").get("tryonresult_batch", BATCH))
        assert link not in text_of(site_with("add_tryonresult").get("tryonresult_batch", BATCH))

    def test_batch_without_waiting_pictures_has_no_link(self, site):
        make_batch(Status.QUEUED)

        assert address("tryonresult_review") not in text_of(site.get("tryonresult_batch", BATCH))

    def test_large_queue_is_not_counted_to_its_end(self, site, monkeypatch):
        monkeypatch.setattr("django_outfitanyone.admin.review_queue.MAX_LEFT", 2)
        for _ in range(3):
            make_try_on()

        assert status_on(site.get("tryonresult_review")) == "More than 1 left."
        assert "Review pictures (more than 1)" in text_of(site.get("tryonresult_changelist"))


class TestReads:
    @pytest.mark.parametrize("page", ["tryonresult_review", "tryonresult_review_picture"])
    def test_number_of_queries_does_not_depend_on_the_number_of_rows(self, site, page):
        photo, garments = make_model_image(), [make_garment()]
        site.get(page)

        def queries_with(count):
            for _ in range(count - TryOnResult.objects.count()):
                make_try_on(model_image=photo, garments=garments)
            with CaptureQueriesContext(connection) as captured:
                site.get(page)
            return len(captured)

        assert queries_with(10) == queries_with(100) < 25

    @needs_sqlite
    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"after": 1},
            {"before": 1},
            {"at": 1},
            {"batch": BATCH},
            {"batch": BATCH, "after": 1},
            {"person": 1},
            {"person": 1, "after": 1},
            {"product": 1},
            {"product": 1, "after": 1},
            {"last": 1},
        ],
        ids=str,
    )
    def test_queue_is_read_by_index(self, site, query):
        for _ in range(3):
            make_try_on()
        with only_bounded_reads():
            assert site.get("tryonresult_review", **query).status_code == 200
