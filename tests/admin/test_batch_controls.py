"""Pause, resume and retry by cause, on the page of a batch."""

from __future__ import annotations

import re

import pytest
from django.contrib.admin.models import LogEntry

from django_outfitanyone import actions
from django_outfitanyone.choices import Status
from django_outfitanyone.models import Batch, TryOnResult
from tests.admin.batches import BATCH, batch_page, cause_of, make_batch, make_named
from tests.admin.pages import address, card_of, progress_on, text_of
from tests.factories import make_model_image, make_staff

pytestmark = pytest.mark.django_db

VIEW = "view_tryonresult"
PERSON = {"error_code": "InvalidPerson", "error_message": "No human body."}
GARMENT = {"error_code": "InvalidGarment", "error_message": "No garment."}


def buttons_on(response):
    ids = re.findall(r'id="outfit-(pause|resume|rename)-batch"', text_of(response))
    return set(ids)


class TestButtons:
    def test_of_a_batch_that_is_being_made(self, site):
        make_named(Status.SUCCEEDED, Status.QUEUED)

        assert buttons_on(batch_page(site)) == {"pause", "rename"}

    def test_of_a_paused_batch(self, site):
        batch, _rows = make_named(Status.QUEUED)
        actions.pause_batch(batch, paused_by=make_staff(username="anna"))
        page = batch_page(site)

        assert buttons_on(page) == {"resume", "rename"}
        assert "by anna (" in text_of(page)

    def test_of_a_batch_without_anything_to_send(self, site):
        make_named(Status.SUCCEEDED, Status.RUNNING)

        assert buttons_on(batch_page(site)) == {"rename"}

    def test_of_a_single_try_on_are_none(self, site):
        make_batch(Status.QUEUED)

        assert buttons_on(batch_page(site)) == set()

    def test_are_only_for_those_who_may_generate(self, site_with_only):
        make_named(Status.QUEUED)

        assert buttons_on(batch_page(site_with_only(VIEW, "change_tryonresult"))) == set()

    def test_come_with_the_fragment_and_a_version(self, site):
        batch, _rows = make_named(Status.QUEUED)
        version = re.compile(r'id="outfit-controls" data-version="([^"]*)"')
        before = version.search(text_of(site.get("tryonresult_batch_cards", BATCH)))[1]
        actions.pause_batch(batch)

        assert version.search(text_of(site.get("tryonresult_batch_cards", BATCH)))[1] != before

    def test_title_is_the_name(self, site):
        make_named(Status.QUEUED)

        assert "<h1>Summer</h1>" in text_of(batch_page(site))


class TestPause:
    def test_says_how_many_wait_and_shows_it(self, site, messages_of):
        _batch, rows = make_named(Status.SUCCEEDED, Status.QUEUED, Status.QUEUED)
        response = site.post("tryonresult_batch_pause", BATCH)

        assert response.url == address("tryonresult_batch", BATCH)
        assert messages_of(response) == [
            "The batch is paused: 2 pictures wait. What was sent is finished."
        ]
        page = batch_page(site)
        assert progress_on(page) == "1 of 3 ready, 2 paused"
        assert "outfit-badge--paused" in card_of(page, rows[1])

    def test_of_what_another_person_has_paused_says_who(self, site, messages_of):
        batch, _rows = make_named(Status.QUEUED)
        actions.pause_batch(batch, paused_by=make_staff(username="anna"))
        response = site.post("tryonresult_batch_pause", BATCH)

        assert messages_of(response) == ["anna has paused the batch already."]
        assert Batch.objects.get().paused_by.username == "anna"

    def test_is_in_the_history_of_the_batch(self, site):
        make_named(Status.QUEUED)
        site.post("tryonresult_batch_pause", BATCH)

        assert "paused" in LogEntry.objects.get(object_id=str(BATCH)).change_message

    def test_progress_of_the_others_goes_on(self, site):
        batch, rows = make_named(Status.RUNNING, Status.QUEUED)
        actions.pause_batch(batch)

        assert progress_on(batch_page(site)).startswith("0 of 2 ready, 1 paused, ")
        assert rows

    def test_wakes_no_worker(self, site, monkeypatch):
        batch, _rows = make_named(Status.QUEUED)
        actions.pause_batch(batch)
        sent = []
        monkeypatch.setattr("django_outfitanyone.wakeup._send", lambda: sent.append(True))
        batch_page(site)

        assert sent == []


class TestResume:
    def test_goes_on(self, site, messages_of):
        batch, _rows = make_named(Status.QUEUED)
        actions.pause_batch(batch)
        response = site.post("tryonresult_batch_resume", BATCH)

        assert messages_of(response) == ["The batch was resumed."]
        assert not Batch.objects.get().is_paused
        assert TryOnResult.objects.not_paused().count() == 1

    def test_of_what_another_person_has_resumed_says_so(self, site, messages_of):
        make_named(Status.QUEUED)
        response = site.post("tryonresult_batch_resume", BATCH)

        assert messages_of(response) == ["The batch is not paused any more."]


@pytest.mark.parametrize("page", ["tryonresult_batch_pause", "tryonresult_batch_resume"])
class TestPermissions:
    def test_needs_the_one_to_generate(self, site_with_only, page):
        make_named(Status.QUEUED)

        assert site_with_only(VIEW, "change_tryonresult").post(page, BATCH).status_code == 403
        assert not Batch.objects.get().is_paused

    def test_own_batch_needs_no_permission_to_view_others(self, site_with, page):
        session = site_with("add_tryonresult", "generate")
        make_named(Status.QUEUED, requested_by=session.user)

        assert session.post(page, BATCH).status_code == 302

    def test_batch_of_another_person_is_not_found_without_it(self, site_with, page):
        make_named(Status.QUEUED)

        assert site_with("add_tryonresult", "generate").post(page, BATCH).status_code == 404

    def test_is_no_link(self, site, page):
        make_named(Status.QUEUED)

        assert site.get(page, BATCH).status_code == 405


class TestRetryByCause:
    @pytest.fixture
    def failed(self):
        """Two that failed for the photo, with different messages, one for the garment."""
        _batch, rows = make_named(*[Status.FAILED] * 3)
        for row, error in zip(rows, [PERSON, PERSON, GARMENT], strict=True):
            TryOnResult.objects.filter(pk=row.pk).update(**error)
        return list(TryOnResult.objects.of_batch(BATCH))

    def test_each_cause_has_a_button_with_its_number(self, site, failed):
        page = text_of(batch_page(site))

        assert re.search(rf'value="{cause_of(failed[0])}"[^>]*>Retry these 2 pictures<', page)
        assert re.search(rf'value="{cause_of(failed[2])}"[^>]*>Retry this picture<', page)

    def test_retries_exactly_the_rows_of_the_cause(self, site, failed, messages_of):
        response = site.post("tryonresult_batch_retry", BATCH, cause=cause_of(failed[0]))

        assert messages_of(response) == ["2 pictures will be retried."]
        assert [row.status for row in TryOnResult.objects.of_batch(BATCH)] == [
            Status.QUEUED,
            Status.QUEUED,
            Status.FAILED,
        ]

    def test_opens_a_finished_batch_again(self, site, failed):
        Batch.objects.mark_finished(BATCH)
        site.post("tryonresult_batch_retry", BATCH, cause=cause_of(failed[0]))

        assert not Batch.objects.get().is_finished

    def test_that_another_person_has_pressed_changes_nothing(self, site, failed, messages_of):
        cause = cause_of(failed[0])
        site.post("tryonresult_batch_retry", BATCH, cause=cause)
        queued_at = TryOnResult.objects.get(pk=failed[0].pk).queued_at
        response = site.post("tryonresult_batch_retry", BATCH, cause=cause)

        assert messages_of(response)[-1].startswith("These pictures have been retried already")
        assert TryOnResult.objects.get(pk=failed[0].pk).queued_at == queued_at

    def test_button_in_another_language_means_the_same_rows(self, site, failed):
        cause = cause_of(failed[0])
        site.client.cookies.load({"django_language": "de"})
        site.post("tryonresult_batch_retry", BATCH, cause=cause)

        assert TryOnResult.objects.queued().count() == 2

    @pytest.mark.parametrize("cause", ["", "x", "\0"])
    def test_unknown_cause_retries_nothing(self, site, failed, cause):
        site.post("tryonresult_batch_retry", BATCH, cause=cause)

        assert not TryOnResult.objects.queued().exists()

    def test_leads_to_the_photo_to_replace(self, site, failed):
        photo = make_model_image(name="Anna")
        TryOnResult.objects.filter(pk=failed[0].pk).update(model_image=photo)

        page = text_of(batch_page(site))
        assert "The engine refused these model photos:" in page
        assert f'<a href="{address("modelimage_change", photo.pk)}">Anna</a>' in page

    def test_after_the_photo_is_replaced_sends_the_new_one(self, site, failed):
        row = failed[0]
        other = make_model_image()
        photo = row.model_image
        type(photo).objects.filter(pk=photo.pk).update(image=other.image, sha256=other.sha256)
        before = row.fingerprint
        site.post("tryonresult_batch_retry", BATCH, cause=cause_of(row))
        row.refresh_from_db()

        assert row.status == Status.QUEUED
        assert row.fingerprint != before

    def test_is_refused_without_the_add_permission(self, site_with, failed):
        session = site_with(VIEW, "change_tryonresult")

        assert "outfit-retry-" not in text_of(batch_page(session))
        cause = cause_of(failed[0])
        assert session.post("tryonresult_batch_retry", BATCH, cause=cause).status_code == 403
