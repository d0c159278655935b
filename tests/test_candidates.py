"""Requesting several candidates, one more of them, and choosing one."""

from __future__ import annotations

import pytest

from django_outfitanyone import actions
from django_outfitanyone.choices import Review, Status
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.try_on import TryOnOptions
from django_outfitanyone.models import TryOnResult, WornGarment
from django_outfitanyone.signals import review_changed
from tests.events import received
from tests.factories import make_garment, make_published, make_staff, make_try_on
from tests.work import new_request, work

pytestmark = pytest.mark.django_db


class TestRequest:
    def test_each_candidate_is_a_picture_of_its_own(self, remote):
        options = TryOnOptions(count=3, keep_other_half=False)
        rows = actions.request_try_ons([new_request()], options=options)
        work()

        assert [row.candidate for row in rows] == [1, 2, 3]
        assert remote.stats["submits"] == 3
        stored = TryOnResult.objects.among_candidates(rows[0])
        assert [row.status for row in stored] == [Status.SUCCEEDED] * 3
        assert not any(row.is_reused for row in stored)

    def test_repeated_request_reuses_all_candidates(self, remote):
        request, options = new_request(), TryOnOptions(count=2, keep_other_half=False)
        actions.request_try_ons([request], options=options)
        work()
        again = actions.request_try_ons([request], options=options)
        work()

        assert remote.stats["submits"] == 2
        assert TryOnResult.objects.filter(reused_from__isnull=False).count() == len(again) == 2

    def test_kind_that_the_engine_cannot_wear_stores_nothing(self, remote):
        request = new_request()
        shoes = type(request)(request.person, [*request.garments, make_garment("shoes")])
        with pytest.raises(RequestRefused) as refused:
            actions.request_try_ons([request, shoes])

        assert refused.value.code == "KindNotWorn"
        assert not TryOnResult.objects.exists()
        assert not WornGarment.objects.exists()

    def test_outfit_of_all_kinds_is_stored_where_the_engine_wears_it(
        self, remote, wears_everything
    ):
        wears_everything()
        request = new_request()
        more = [make_garment(kind) for kind in ("hat", "bag", "shoes", "outerwear", "bottom")]
        outfit = type(request)(request.person, [*more, *request.garments])
        row = actions.request_try_on(outfit)

        kinds = [garment.kind for garment in TryOnResult.objects.get(pk=row.pk).garments]
        assert kinds == ["top", "bottom", "outerwear", "shoes", "bag", "hat"]


class TestAnother:
    def test_makes_a_new_paid_picture(self, remote):
        options = TryOnOptions(keep_other_half=False)
        first = actions.request_try_on(new_request(), options=options)
        work()
        first.refresh_from_db()
        staff = make_staff()
        second = actions.another(first, requested_by=staff)
        work(second)

        assert (second.candidates, second.candidate) == (first.candidates, 2)
        assert (second.status, second.requested_by) == (Status.SUCCEEDED, staff)
        assert second.cost == first.cost
        assert second.batch != first.batch
        assert remote.stats["submits"] == 2

    def test_same_batch_is_paid_once(self, remote):
        result = make_try_on()
        batch = make_try_on(status=Status.FAILED).batch
        TryOnResult.objects.filter(batch=batch).delete()
        first = actions.another(result, batch=batch)
        second = actions.another(result, batch=batch)

        assert first == second
        assert TryOnResult.objects.among_candidates(result).count() == 2

    def test_unfinished_result_has_none(self, remote):
        with pytest.raises(RequestRefused) as refused:
            actions.another(make_try_on(status=Status.RUNNING))

        assert refused.value.code == "NotFinished"
        assert TryOnResult.objects.count() == 1


class TestChoose:
    @pytest.fixture
    def candidates(self):
        first = make_try_on()
        others = [make_try_on(candidates=first.candidates, candidate=n) for n in (2, 3)]
        return [first, *others]

    def reviews(self, candidates):
        for row in candidates:
            row.refresh_from_db()
        return [(row.review, row.is_chosen) for row in candidates]

    def test_approves_one_and_rejects_the_others(self, candidates):
        staff, unrelated = make_staff(), make_try_on()
        actions.choose(candidates[1], chosen_by=staff)

        assert (candidates[1].review, candidates[1].is_chosen) == (Review.APPROVED, True)
        assert self.reviews(candidates) == [
            (Review.REJECTED, None),
            (Review.APPROVED, True),
            (Review.REJECTED, None),
        ]
        assert {row.reviewed_by for row in candidates} == {staff}
        assert self.reviews([unrelated]) == [(Review.TO_REVIEW, None)]

    def test_what_was_reviewed_or_is_not_finished_stays(self, candidates):
        chosen, approved = candidates[:2]
        open_one = make_try_on(candidates=chosen.candidates, status=Status.RUNNING)
        published = make_published(candidates=chosen.candidates)
        actions.approve(approved)
        actions.choose(chosen)

        assert self.reviews([approved, open_one, published]) == [
            (Review.APPROVED, None),
            (Review.TO_REVIEW, None),
            (Review.APPROVED, None),
        ]
        assert published.published_at

    def test_undo_lets_all_that_it_decided_wait_again(self, candidates):
        approved = make_try_on(candidates=candidates[0].candidates, candidate=4)
        rejected = make_try_on(candidates=candidates[0].candidates, candidate=5)
        actions.approve(approved)
        actions.reject(rejected, reason="fit")
        actions.choose(candidates[1])

        actions.undo_review(candidates[1])

        assert self.reviews(candidates) == [(Review.TO_REVIEW, None)] * 3
        assert self.reviews([approved, rejected]) == [
            (Review.APPROVED, None),
            (Review.REJECTED, None),
        ]

    def test_undo_keeps_what_was_decided_about_the_others_since(self, candidates):
        actions.choose(candidates[1])
        actions.reject(TryOnResult.objects.get(pk=candidates[0].pk), reason="fit")

        actions.undo_review(candidates[1])

        assert [review for review, _chosen in self.reviews(candidates)] == [
            Review.REJECTED,
            Review.TO_REVIEW,
            Review.TO_REVIEW,
        ]

    def test_does_not_overwrite_a_decision_that_was_not_seen(self, candidates):
        seen = candidates[1].review_version
        actions.reject(TryOnResult.objects.get(pk=candidates[1].pk))

        with pytest.raises(RequestRefused) as refused:
            actions.choose(candidates[1], seen=seen)

        assert refused.value.code == "DecidedMeanwhile"
        assert self.reviews(candidates)[0] == (Review.TO_REVIEW, None)

    def test_choosing_another_one_replaces_the_choice(self, candidates):
        actions.choose(candidates[0])
        actions.choose(candidates[2])

        assert self.reviews(candidates) == [
            (Review.APPROVED, None),
            (Review.REJECTED, None),
            (Review.APPROVED, True),
        ]

    def test_rejecting_the_chosen_one_ends_the_choice(self, candidates):
        actions.choose(candidates[0])
        actions.reject(candidates[0])

        assert self.reviews(candidates)[0] == (Review.REJECTED, None)
        actions.choose(candidates[1])
        assert self.reviews(candidates)[1] == (Review.APPROVED, True)

    @pytest.mark.parametrize("status", [Status.RUNNING, Status.FAILED, Status.CANCELED])
    def test_unfinished_picture_is_refused(self, candidates, status):
        unfinished = make_try_on(candidates=candidates[0].candidates, status=status)
        with pytest.raises(RequestRefused) as refused:
            actions.choose(unfinished)

        assert refused.value.code == "NotFinished"
        assert self.reviews(candidates) == [(Review.TO_REVIEW, None)] * 3

    def test_deleted_picture_is_refused(self, candidates):
        TryOnResult.objects.filter(pk=candidates[0].pk).delete()
        with pytest.raises(RequestRefused):
            actions.choose(candidates[0])

        assert self.reviews(candidates[1:]) == [(Review.TO_REVIEW, None)] * 2

    def test_each_changed_review_is_announced(self, candidates, django_capture_on_commit_callbacks):
        with received(review_changed) as calls, django_capture_on_commit_callbacks(execute=True):
            actions.choose(candidates[1])

        assert {(call["try_on"], call["new"]) for call in calls} == {
            (candidates[0], Review.REJECTED),
            (candidates[1], Review.APPROVED),
            (candidates[2], Review.REJECTED),
        }
