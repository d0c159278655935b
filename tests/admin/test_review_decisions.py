"""Decisions at the review desk: what they do, who may make them, conflicts and undo."""

from __future__ import annotations

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from django_outfitanyone import actions
from django_outfitanyone.choices import Review, Status
from django_outfitanyone.exceptions import CatalogueFailed
from django_outfitanyone.models import TryOnResult
from tests.admin.pages import address, text_of
from tests.factories import make_garment, make_model_image, make_staff, make_try_on

pytestmark = pytest.mark.django_db

ORDER = "11111111-2222-4333-8444-555555555555"


def decide(site, decision, try_on, **data):
    """Send a form of the desk that showed the picture as ``try_on`` is in memory."""
    form = {"decision": decision, "picture": try_on.pk, "seen": try_on.review_version}
    return site.post("tryonresult_review_do", **form, **data)


def state_of(try_on):
    row = TryOnResult.objects.get(pk=try_on.pk)
    return row.review, row.published_at is not None


def history_of(try_on):
    entries = LogEntry.objects.filter(object_id=str(try_on.pk)).order_by("pk")
    return [(entry.user.username, entry.change_message) for entry in entries]


class TestForms:
    """Without the script each decision is a form that leads to the next picture."""

    @pytest.mark.parametrize(
        ("decision", "state", "text"),
        [
            ("approve", ("approved", False), "Approved. 1 left."),
            ("reject", ("rejected", False), "Rejected. 1 left."),
            ("publish", ("approved", True), "Published. 1 left."),
        ],
    )
    def test_decision_is_made_and_the_next_picture_shown(
        self, site, messages_of, decision, state, text
    ):
        first, second = make_try_on(), make_try_on()

        response = decide(site, decision, first)

        page = f"{address('tryonresult_review')}?after={first.pk}&last={first.pk}"
        assert response.url == page
        assert messages_of(response) == [text]
        assert (state_of(first), state_of(second)) == (state, ("to_review", False))
        assert f'data-picture="{second.pk}"' in text_of(site.client.get(page))

    def test_filter_is_kept(self, site):
        try_on = make_try_on()

        response = decide(site, "approve", try_on, person=try_on.model_image_id)

        assert f"?person={try_on.model_image_id}&after=" in response.url

    @pytest.mark.parametrize(
        ("sent", "stored", "read"),
        [
            ("fit", "fit", "the clothes do not fit the body"),
            (" The collar is open ", "The collar is open", "The collar is open"),
            ("x" * 300, "x" * 200, "x" * 200),
            ("", "", ""),
        ],
        ids=["listed", "typed", "too long", "none"],
    )
    def test_reason_is_stored_shown_and_in_the_history(self, site, sent, stored, read):
        try_on = make_try_on()

        decide(site, "reject", try_on, reason=sent)

        assert TryOnResult.objects.get().rejection_reason == stored
        assert history_of(try_on) == [("admin", f"Reject: {read}" if read else "Reject")]
        assert ("Reason:" in text_of(site.get("tryonresult_change", try_on.pk))) == bool(read)
        assert read in text_of(site.get("tryonresult_change", try_on.pk))

    def test_approval_forgets_the_reason(self, site):
        try_on = make_try_on()
        actions.reject(try_on, reason="fit")

        decide(site, "approve", try_on)

        assert TryOnResult.objects.get().rejection_reason == ""

    def test_another_one_is_requested_once_however_often_the_form_is_sent(self, site, messages_of):
        try_on = make_try_on()

        responses = [decide(site, "another", try_on, order=ORDER) for _ in range(2)]

        (candidate,) = TryOnResult.objects.exclude(pk=try_on.pk)
        assert (candidate.candidates, candidate.candidate) == (try_on.candidates, 2)
        assert candidate.requested_by.username == "admin"
        assert responses[0].url.endswith(f"?at={try_on.pk}")
        assert messages_of(responses[0]) == ["Another picture was requested. 1 left."]
        assert state_of(try_on) == ("to_review", False)

    def test_candidate_is_chosen_and_the_next_picture_is_of_another_request(
        self, site, messages_of
    ):
        first = make_try_on()
        second = make_try_on(candidates=first.candidates, candidate=2)
        following = make_try_on()
        page = text_of(site.get("tryonresult_review", at=first.pk))
        assert page.count('name="decision" value="choose"') == 2

        response = decide(site, "choose", second)

        assert messages_of(response) == ["Chosen. 1 left."]
        assert (state_of(first), state_of(second)) == (("rejected", False), ("approved", False))
        assert f'data-picture="{following.pk}"' in text_of(site.client.get(response.url))
        assert history_of(second) == [("admin", "Choose this one")]

    def test_rejected_picture_is_never_published(self, site, messages_of):
        try_on = make_try_on()
        actions.reject(try_on)

        response = decide(site, "publish", try_on)

        assert "Approve it first" in messages_of(response)[0]
        assert state_of(try_on) == ("rejected", False)

    def test_unfinished_picture_is_refused(self, site, messages_of):
        response = decide(site, "approve", make_try_on(status=Status.RUNNING))

        assert messages_of(response)[0].startswith("Only finished pictures")

    def test_failure_of_the_gallery_is_shown(self, site, messages_of, monkeypatch):
        def fail(*_arguments):
            raise CatalogueFailed("The gallery is closed.")

        monkeypatch.setattr("django_outfitanyone.publishing._call_adapter", fail)
        try_on = make_try_on()

        response = decide(site, "publish", try_on)

        assert messages_of(response) == ["The gallery is closed."]
        assert state_of(try_on) == ("to_review", False)
        assert history_of(try_on) == []

    @pytest.mark.parametrize(
        "form",
        [
            {"decision": "delete"},
            {"decision": "approve", "seen": ""},
            {"decision": "another", "order": "x"},
            {"decision": "approve", "picture": "x"},
            {"decision": "approve", "picture": "9" * 30},
        ],
        ids=str,
    )
    def test_form_that_is_not_the_desks_is_not_found(self, site, form):
        try_on = make_try_on()
        whole = {"picture": try_on.pk, "seen": try_on.review_version, **form}

        assert site.post("tryonresult_review_do", **whole).status_code == 404
        assert state_of(try_on) == ("to_review", False)

    def test_only_post_decides(self, site):
        assert site.get("tryonresult_review_do").status_code == 405

    def test_form_of_another_site_is_refused(self, admin_user):
        client, try_on = Client(enforce_csrf_checks=True), make_try_on()
        client.force_login(admin_user)
        form = {"decision": "approve", "picture": try_on.pk, "seen": try_on.review_version}

        assert client.post(address("tryonresult_review_do"), form).status_code == 403


class TestScript:
    """The script asks for JSON, and shows the next picture by itself."""

    def test_answer_has_what_undo_needs(self, site):
        try_on = make_try_on()

        response = decide(site, "approve", try_on, _json=1)

        row = TryOnResult.objects.get()
        assert response.json() == {
            "done": True,
            "text": "Approved. None left.",
            "left": "None left.",
            "picture": try_on.pk,
            "version": row.review_version,
        }
        assert row.review_version != try_on.review_version

    def test_refusal_is_a_conflict(self, site):
        try_on = make_try_on()
        stale = TryOnResult.objects.get()
        actions.approve(try_on, reviewed_by=make_staff(username="bea"))

        response = decide(site, "reject", stale, _json=1)

        assert response.status_code == 409
        assert response.json()["done"] is False
        assert response.json()["text"].startswith("bea has already decided")

    def test_answer_needs_a_constant_number_of_queries(self, site):
        photo, garments = make_model_image(), [make_garment()]

        def queries_among(count):
            for _ in range(count - TryOnResult.objects.count()):
                make_try_on(model_image=photo, garments=garments)
            with CaptureQueriesContext(connection) as captured:
                decide(site, "approve", TryOnResult.objects.waiting_for_review().last(), _json=1)
            return len(captured)

        queries_among(5)  # fills the caches of content types and permissions
        assert queries_among(10) == queries_among(100) < 25


class TestTwoPeople:
    @pytest.mark.parametrize("decision", ["approve", "reject", "publish"])
    def test_second_decision_says_who_was_first_and_changes_nothing(
        self, site, messages_of, decision
    ):
        seen, other = make_try_on(), make_staff(username="bea")
        actions.reject(TryOnResult.objects.get(), reviewed_by=other, reason="fit")

        response = decide(site, decision, seen)

        row = TryOnResult.objects.get()
        assert (row.review, row.reviewed_by, row.rejection_reason) == ("rejected", other, "fit")
        assert messages_of(response) == [
            (
                "bea has already decided about this picture: it is now “rejected”. Your decision "
                "was not saved."
            )
        ]
        assert response.url.endswith(f"?at={seen.pk}")
        assert history_of(seen) == []

    def test_picture_that_was_published_meanwhile_stays_published(self, site, messages_of):
        seen = make_try_on()
        actions.publish(TryOnResult.objects.get(), reviewed_by=make_staff(username="bea"))

        response = decide(site, "reject", seen)

        assert "it is now “published”" in messages_of(response)[0]
        assert state_of(seen) == ("approved", True)

    def test_form_sent_twice_says_so(self, site, messages_of):
        try_on = make_try_on()
        decide(site, "approve", try_on)

        response = decide(site, "approve", try_on)

        assert "You have already decided about this picture: it is “approved”." in messages_of(
            response
        )

    def test_decision_of_code_is_not_overwritten_either(self, site, messages_of):
        seen = make_try_on()
        actions.approve(TryOnResult.objects.get())

        response = decide(site, "reject", seen)

        assert messages_of(response)[0].startswith("The picture has changed meanwhile")
        assert state_of(seen) == ("approved", False)

    def test_who_sees_the_new_state_may_decide_anew(self, site):
        try_on = make_try_on()
        actions.approve(try_on, reviewed_by=make_staff())

        decide(site, "reject", try_on)

        assert state_of(try_on) == ("rejected", False)

    def test_undo_does_not_take_back_a_later_decision(self, site, messages_of):
        try_on = make_try_on()
        actions.approve(try_on)
        actions.reject(TryOnResult.objects.get(), reviewed_by=make_staff(username="bea"))

        response = decide(site, "undo", try_on)

        assert messages_of(response)[0].startswith("bea has already decided")
        assert state_of(try_on) == ("rejected", False)


class TestUndo:
    @pytest.mark.parametrize("decision", [actions.approve, actions.reject])
    def test_decided_picture_waits_again(self, site, messages_of, decision):
        try_on = make_try_on()
        decision(try_on, reviewed_by=make_staff())

        response = decide(site, "undo", try_on)

        row = TryOnResult.objects.get()
        assert (row.review, row.reviewed_by, row.reviewed_at) == (Review.TO_REVIEW, None, None)
        assert row.rejection_reason == ""
        assert messages_of(response) == ["Undone. 1 left."]
        assert response.url.endswith(f"?at={try_on.pk}")
        assert history_of(try_on) == [("admin", "Undo: to review")]

    def test_published_picture_is_as_it_was_before(self, site):
        try_on = make_try_on()
        actions.publish(try_on)

        decide(site, "undo", try_on)

        assert state_of(try_on) == ("to_review", False)
        assert history_of(try_on) == [("admin", "Undo: to review")]

    def test_published_picture_that_was_approved_before_stays_approved(self, site):
        try_on = make_try_on()
        actions.approve(try_on)
        actions.publish(try_on)

        decide(site, "undo", try_on)

        assert state_of(try_on) == ("approved", False)
        assert history_of(try_on) == [("admin", "Undo: approved")]

    def test_all_candidates_of_a_choice_wait_again(self, site, messages_of):
        first = make_try_on()
        second = make_try_on(candidates=first.candidates, candidate=2)
        actions.choose(second, chosen_by=make_staff())

        response = decide(site, "undo", second)

        assert messages_of(response) == ["Undone. 2 left."]
        assert (state_of(first), state_of(second)) == (("to_review", False),) * 2

    def test_without_a_decision_there_is_nothing_to_undo(self, site, messages_of):
        response = decide(site, "undo", make_try_on())

        assert messages_of(response) == ["There is no decision to undo."]

    def test_page_offers_it_for_the_last_decision(self, site):
        last = make_try_on()
        make_try_on()
        actions.approve(last)

        page = text_of(site.get("tryonresult_review", after=last.pk, last=last.pk))
        form = re.search(r'<form id="outfit-review-undo".*?</form>', page, re.DOTALL)[0]

        assert " hidden>" not in form.splitlines()[0]
        assert f'name="picture" value="{last.pk}"' in form
        assert f'name="seen" value="{last.review_version}"' in form

    @pytest.mark.parametrize("last", ["", "0", "x", "9" * 30])
    def test_page_hides_it_without_one(self, site, last):
        make_try_on()

        page = text_of(site.get("tryonresult_review", last=last))

        assert re.search(r'<form id="outfit-review-undo"[^>]* hidden>', page)


class TestPermissions:
    @pytest.mark.parametrize(
        ("permissions", "decision", "status"),
        [
            (["view_tryonresult"], "approve", 403),
            (["view_tryonresult"], "reject", 403),
            (["view_tryonresult"], "publish", 403),
            (["view_tryonresult"], "choose", 403),
            (["view_tryonresult"], "undo", 403),
            (["view_tryonresult"], "another", 403),
            (["change_tryonresult"], "another", 403),
            (["add_tryonresult"], "another", 403),
            (["add_tryonresult"], "approve", 403),
            (["change_tryonresult"], "approve", 302),
            (["view_tryonresult", "add_tryonresult"], "another", 302),
        ],
    )
    def test_decisions_need_them(self, site_with, permissions, decision, status):
        try_on = make_try_on()
        site = site_with(*permissions, "view_garment", "view_modelimage")

        response = decide(site, decision, try_on, order=ORDER)

        assert response.status_code == status
        if status == 403:
            assert state_of(try_on) == ("to_review", False)
            assert TryOnResult.objects.count() == 1

    def test_another_one_needs_inputs_that_the_user_may_see(self, site_with, messages_of):
        try_on = make_try_on(model_image=make_model_image(is_active=False))
        site = site_with("view_tryonresult", "add_tryonresult")

        response = decide(site, "another", try_on, order=ORDER)

        assert "no longer available" in messages_of(response)[0]
        assert TryOnResult.objects.count() == 1

    def test_rows_of_others_are_not_found_where_the_site_hides_them(self, admin_client, settings):
        settings.ROOT_URLCONF = "tests.admin.other_site"
        try_on = make_try_on()
        form = {"decision": "approve", "picture": try_on.pk, "seen": try_on.review_version}

        assert (
            admin_client.post("/own/django_outfitanyone/tryonresult/review/do/", form).status_code
            == 404
        )
        assert state_of(try_on) == ("to_review", False)
