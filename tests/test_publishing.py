"""What ``publish`` and ``unpublish`` promise to the shop's gallery."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from django_outfitanyone import actions
from django_outfitanyone.catalogue import CatalogueAdapter
from django_outfitanyone.choices import GarmentKind, Review, Status
from django_outfitanyone.exceptions import CatalogueFailed, OutfitAnyoneError, RequestRefused
from django_outfitanyone.models import Garment, Product, TryOnResult
from django_outfitanyone.signals import review_changed
from tests.events import events, received
from tests.factories import (
    make_garment,
    make_product,
    make_published,
    make_staff,
    make_try_on,
)

pytestmark = pytest.mark.django_db

SHELF = {}
"""Product id to the ids of the pictures in its gallery."""


class Gallery(CatalogueAdapter):
    """A shop that keeps one copy of each picture, as a table with a unique index does."""

    broken = None

    def publish(self, product, result):
        pictures = SHELF.setdefault(product.pk, set())
        if result.pk in pictures:
            raise IntegrityError("the picture is already in this gallery")
        pictures.add(result.pk)
        self._fail(product)

    def unpublish(self, product, result):
        SHELF[product.pk].remove(result.pk)
        self._fail(product)

    def _fail(self, product):
        if Gallery.broken:
            # a change of the shop's own, which must not survive the failure
            Product.objects.filter(pk=product.pk).update(title="half done")
            raise Gallery.broken


@pytest.fixture(autouse=True)
def gallery(configure, monkeypatch):
    SHELF.clear()
    monkeypatch.setattr(Gallery, "broken", None)
    configure(CATALOGUE="tests.test_publishing.Gallery")
    return SHELF


def shown_in(product):
    return SHELF.get(product.pk, set())


def two_garments_of(product):
    return [make_garment(product=product), make_garment(GarmentKind.BOTTOM, product=product)]


class TestDecision:
    """What approving, rejecting and publishing have in common."""

    decisions = pytest.mark.parametrize(
        ("decide", "review"),
        [
            (actions.approve, Review.APPROVED),
            (actions.reject, Review.REJECTED),
            (actions.publish, Review.APPROVED),
        ],
        ids=["approve", "reject", "publish"],
    )

    @decisions
    def test_names_who_decided_and_when(self, decide, review):
        try_on, user, before = make_try_on(), make_staff(), timezone.now()
        decide(try_on, reviewed_by=user)

        saved = TryOnResult.objects.get()
        assert (saved.review, saved.reviewed_by) == (review, user)
        assert before <= saved.reviewed_at <= timezone.now()
        assert (try_on.review, try_on.reviewed_by) == (review, user)
        if decide is actions.publish:
            assert before <= saved.published_at <= timezone.now()

    @decisions
    def test_leaves_other_pictures_alone(self, decide, review):
        try_on, other = make_try_on(), make_try_on()
        decide(try_on)
        other.refresh_from_db()

        assert (other.review, other.published_at) == (Review.TO_REVIEW, None)

    @decisions
    def test_of_a_row_without_a_picture_is_refused(self, decide, review):
        with pytest.raises(RequestRefused, match="This one is “running”") as refusal:
            decide(make_try_on(status=Status.RUNNING))

        assert refusal.value.code == "NotFinished"

    @decisions
    def test_of_a_row_that_was_deleted_meanwhile_is_refused(self, decide, review):
        try_on = make_try_on()
        TryOnResult.objects.filter(pk=try_on.pk).delete()
        with pytest.raises(RequestRefused, match="Only finished pictures"):
            decide(try_on)

    def test_is_announced_on_commit(self, django_capture_on_commit_callbacks):
        try_on = make_try_on()
        with received(review_changed) as calls:
            for decide in (actions.publish, actions.unpublish, actions.publish, actions.reject):
                with django_capture_on_commit_callbacks(execute=True):
                    decide(try_on)

        assert {(call["sender"], call["try_on"]) for call in calls} == {(TryOnResult, try_on)}
        assert [(call["old"], call["new"], call["published"]) for call in calls] == [
            ("to_review", "approved", True),
            ("approved", "approved", False),  # unpublished
            ("approved", "approved", True),
            ("approved", "approved", False),  # rejected, so it is unpublished first
            ("approved", "rejected", False),
        ]


class TestSeen:
    """Two people decide about the same picture."""

    decisions = pytest.mark.parametrize(
        "decide",
        [actions.approve, actions.reject, actions.publish, actions.undo_review],
        ids=["approve", "reject", "publish", "undo"],
    )

    @decisions
    def test_decision_that_was_made_since_is_not_overwritten(self, decide):
        seen = make_try_on()
        actions.reject(TryOnResult.objects.get(), reviewed_by=make_staff(username="bea"))
        with pytest.raises(RequestRefused, match="bea has already decided") as refusal:
            decide(seen, seen=seen.review_version)

        assert refusal.value.code == "DecidedMeanwhile"
        assert TryOnResult.objects.get().review == Review.REJECTED

    def test_each_decision_has_a_version_of_its_own(self):
        try_on, versions = make_try_on(), set()
        for decide in (actions.publish, actions.unpublish, actions.reject, actions.approve):
            versions.add(try_on.review_version)
            decide(
                try_on, **({} if decide is actions.unpublish else {"seen": try_on.review_version})
            )

        assert len(versions | {try_on.review_version}) == 5
        assert TryOnResult.objects.get().review_version == try_on.review_version


class TestUndo:
    def test_of_a_published_picture_leaves_the_gallery_and_lets_it_wait_again(self):
        try_on = make_try_on()
        actions.publish(try_on, reviewed_by=make_staff())
        actions.undo_review(try_on)

        assert shown_in(try_on.garments[0].product) == set()
        saved = TryOnResult.objects.get()
        assert (saved.review, saved.published_at, saved.published_to) == ("to_review", None, [])
        assert (saved.reviewed_by, saved.reviewed_at) == (None, None)

    def test_of_a_published_picture_that_was_approved_before_keeps_who_approved_it(self):
        try_on, approver = make_try_on(), make_staff(username="anna")
        actions.approve(try_on, reviewed_by=approver)
        approved_at = try_on.reviewed_at
        actions.publish(try_on, reviewed_by=make_staff(username="bert"))
        actions.undo_review(try_on)

        saved = TryOnResult.objects.get()
        assert (saved.review, saved.published_at) == ("approved", None)
        assert (saved.reviewed_by, saved.reviewed_at) == (approver, approved_at)

    def test_of_a_published_choice_goes_back_to_the_choice_and_then_ends_it(self):
        first = make_try_on()
        second = make_try_on(candidates=first.candidates, candidate=2)
        actions.choose(second)
        actions.publish(second)
        actions.undo_review(second)

        assert (second.review, second.is_chosen, second.published_at) == ("approved", True, None)
        actions.undo_review(second)
        first.refresh_from_db()
        assert (first.review, second.review) == ("to_review", "to_review")

    def test_is_refused_for_who_saw_it_before_another_person_published_it(self):
        try_on, approver = make_try_on(), make_staff(username="anna")
        actions.approve(try_on, reviewed_by=approver)
        seen = try_on.review_version
        actions.publish(try_on, reviewed_by=make_staff(username="bert"))

        with pytest.raises(RequestRefused, match="it is now “published”") as refusal:
            actions.undo_review(try_on, seen=seen)
        assert "anna" not in str(refusal.value)

    def test_of_a_chosen_picture_ends_the_choice(self):
        try_on = make_try_on()
        actions.choose(try_on)
        actions.undo_review(try_on)

        saved = TryOnResult.objects.get()
        assert (saved.review, saved.is_chosen, saved.reviewed_by) == ("to_review", None, None)

    def test_is_announced(self, django_capture_on_commit_callbacks):
        try_on = make_try_on()
        actions.reject(try_on)
        with received(review_changed) as calls, django_capture_on_commit_callbacks(execute=True):
            actions.undo_review(try_on)

        assert [(call["old"], call["new"]) for call in calls] == [("rejected", "to_review")]

    def test_without_a_decision_is_refused(self):
        with pytest.raises(RequestRefused, match="no decision") as refusal:
            actions.undo_review(make_try_on())

        assert refusal.value.code == "NotDecided"


class TestReason:
    def test_is_read_in_the_active_language_or_as_it_was_typed(self):
        try_on = make_try_on()
        actions.reject(try_on, reason="limbs")
        assert try_on.rejection_text == "arms, fingers or legs are wrong"

        actions.reject(try_on, reason="  The collar is open ")
        assert TryOnResult.objects.get().rejection_text == "The collar is open"

    def test_belongs_to_the_rejection_only(self):
        try_on = make_try_on()
        actions.reject(try_on, reason="fit")
        actions.approve(try_on)

        assert TryOnResult.objects.get().rejection_reason == ""


class TestRejected:
    @pytest.mark.parametrize("is_stale", [False, True])
    def test_cannot_be_published(self, is_stale):
        try_on = make_try_on()
        actions.reject(try_on if not is_stale else TryOnResult.objects.get(pk=try_on.pk))
        with pytest.raises(RequestRefused, match="Approve it first") as refusal:
            actions.publish(try_on)

        assert refusal.value.code == "Rejected"
        try_on.refresh_from_db()
        assert (try_on.review, try_on.published_at) == (Review.REJECTED, None)
        assert not any(SHELF.values())

    def test_can_be_published_after_it_was_approved(self):
        try_on = make_try_on(review=Review.REJECTED)
        actions.approve(try_on)
        actions.publish(try_on)

        assert try_on.is_public


class TestPublish:
    def test_each_product_is_called_once(self):
        product = make_product()
        try_on = make_try_on(garments=two_garments_of(product))
        actions.publish(try_on)

        assert shown_in(product) == {try_on.pk}
        assert try_on.published_to == [str(product.pk)]

    def test_every_product_in_the_picture_is_called(self):
        try_on = make_try_on(garments=[make_garment(), make_garment(GarmentKind.BOTTOM)])
        actions.publish(try_on)

        assert [shown_in(garment.product) for garment in try_on.garments] == [{try_on.pk}] * 2

    def test_garment_without_a_product_is_left_out(self):
        bottom = make_garment(GarmentKind.BOTTOM)
        Garment.objects.filter(pk=bottom.pk).update(product=None)
        top = make_garment()
        try_on = TryOnResult.objects.get(pk=make_try_on(garments=[top, bottom]).pk)
        actions.publish(try_on)

        assert {top.product.pk: {try_on.pk}} == SHELF
        assert try_on.published_at

    def test_picture_without_garments_is_published_to_no_product(self):
        try_on = make_try_on(garments=[])
        actions.publish(try_on)

        assert try_on.is_public
        assert try_on.published_to == []
        actions.unpublish(try_on)

    @pytest.mark.parametrize("is_stale", [False, True])
    def test_again_does_nothing(self, is_stale):
        try_on = make_try_on()
        stale = TryOnResult.objects.get(pk=try_on.pk)
        actions.publish(try_on)
        again = stale if is_stale else try_on
        actions.publish(again)

        assert shown_in(try_on.garments[0].product) == {try_on.pk}
        assert again.published_at == try_on.published_at

    def test_adapter_sees_a_published_picture(self, monkeypatch):
        seen = []
        monkeypatch.setattr(
            Gallery,
            "publish",
            lambda _self, _product, result: seen.append(
                (result.is_public, TryOnResult.objects.public().filter(pk=result.pk).exists())
            ),
        )
        actions.publish(make_try_on())

        assert seen == [(True, True)]


class TestUnpublish:
    def test_reaches_the_products_it_was_published_to(self):
        try_on = make_try_on()
        old, new = try_on.garments[0].product, make_product()
        actions.publish(try_on)
        Garment.objects.filter(pk=try_on.garments[0].pk).update(product=new)
        actions.unpublish(TryOnResult.objects.get(pk=try_on.pk))

        assert shown_in(old) == shown_in(new) == set()

    def test_reaches_them_after_the_garment_was_deleted(self):
        try_on = make_try_on()
        product = try_on.garments[0].product
        actions.publish(try_on)
        try_on.garments[0].delete()
        actions.reject(TryOnResult.objects.get(pk=try_on.pk))

        assert shown_in(product) == set()

    def test_leaves_out_products_that_are_deleted(self):
        garments = [make_garment(), make_garment(GarmentKind.BOTTOM)]
        try_on = make_try_on(garments=garments)
        actions.publish(try_on)
        garments[0].product.delete()
        actions.unpublish(try_on)

        assert shown_in(garments[1].product) == set()
        assert try_on.published_to == []

    def test_keeps_the_approval(self):
        try_on = make_try_on()
        actions.publish(try_on)
        actions.unpublish(try_on)

        assert (try_on.review, try_on.published_at) == (Review.APPROVED, None)

    def test_of_a_picture_that_is_not_published_does_nothing(self):
        try_on = make_try_on()
        with received(review_changed) as calls:
            actions.unpublish(try_on)

        assert (try_on.review, calls) == (Review.TO_REVIEW, [])

    @pytest.mark.parametrize("status", [s for s in Status if s != Status.SUCCEEDED])
    def test_of_a_row_without_a_picture_is_refused(self, status):
        with pytest.raises(RequestRefused, match="Only finished pictures") as refusal:
            actions.unpublish(make_try_on(status=status))

        assert refusal.value.code == "NotFinished"


class TestFailureOfTheAdapter:
    @pytest.mark.parametrize(
        ("prepare", "operation"),
        [
            ([], actions.publish),
            ([actions.publish], actions.unpublish),
            ([actions.publish], actions.reject),
            ([actions.publish], TryOnResult.delete),
        ],
        ids=["publish", "unpublish", "reject", "delete"],
    )
    def test_changes_nothing_and_can_be_repeated(self, monkeypatch, caplog, prepare, operation):
        try_on = make_try_on()
        product = try_on.garments[0].product
        for step in prepare:
            step(try_on)
        before = TryOnResult.objects.values().get(pk=try_on.pk)
        shelf = {key: set(pictures) for key, pictures in SHELF.items()}
        monkeypatch.setattr(Gallery, "broken", KeyError("no shelf"))
        with (
            pytest.raises(CatalogueFailed, match="nothing was changed: KeyError") as failure,
            transaction.atomic(),
        ):
            operation(try_on)

        assert isinstance(failure.value.__cause__, KeyError)
        assert TryOnResult.objects.values().get(pk=before["id"]) == before
        assert try_on.published_at == before["published_at"]
        assert Product.objects.get(pk=product.pk).title == product.title
        assert events(caplog) == ["catalogue_failed"]

        monkeypatch.setattr(Gallery, "broken", None)
        SHELF.clear()
        SHELF.update(shelf)  # what the shop's own transaction would have undone
        operation(try_on)
        assert bool(shown_in(product)) is (operation is actions.publish)

    def test_announces_nothing(self, monkeypatch, django_capture_on_commit_callbacks):
        monkeypatch.setattr(Gallery, "broken", KeyError("no shelf"))
        with (
            received(review_changed) as calls,
            django_capture_on_commit_callbacks(execute=True),
            pytest.raises(CatalogueFailed),
        ):
            actions.publish(make_try_on())

        assert calls == []

    def test_refusal_of_the_adapter_is_passed_on(self, monkeypatch):
        refusal = RequestRefused("This product has enough pictures.", code="Enough")
        monkeypatch.setattr(Gallery, "broken", refusal)
        try_on = make_try_on()
        with pytest.raises(OutfitAnyoneError) as raised:
            actions.publish(try_on)

        assert raised.value is refusal
        assert not TryOnResult.objects.get(pk=try_on.pk).published_at

    def test_leaves_the_transaction_of_the_caller_usable(self, monkeypatch):
        monkeypatch.setattr(Gallery, "broken", IntegrityError("twice"))
        with transaction.atomic():
            with pytest.raises(CatalogueFailed):
                actions.publish(make_try_on())
            assert TryOnResult.objects.exists()


class TestDeletion:
    @pytest.fixture
    def published(self):
        try_on = make_try_on()
        actions.publish(try_on)
        return try_on

    @pytest.mark.parametrize(
        "delete",
        [
            lambda row: row.delete(),
            lambda row: TryOnResult(pk=row.pk).delete(),
            lambda row: TryOnResult.objects.filter(pk=row.pk).delete(),
        ],
        ids=["row", "stale row", "queryset"],
    )
    def test_unpublishes_first(self, published, delete):
        product = published.garments[0].product
        delete(published)

        assert shown_in(product) == set()
        assert not TryOnResult.objects.exists()

    def test_of_a_row_that_is_not_published_calls_no_adapter(self):
        make_try_on(), make_try_on(status=Status.FAILED)
        TryOnResult.objects.all().delete()

        assert SHELF == {}

    def test_of_many_that_fails_keeps_all(self, published, monkeypatch):
        make_try_on()
        monkeypatch.setattr(Gallery, "broken", KeyError("no shelf"))
        with pytest.raises(CatalogueFailed), transaction.atomic():
            TryOnResult.objects.all().delete()

        assert TryOnResult.objects.count() == 2
        assert TryOnResult.objects.public().get() == published


def test_database__refuses_to_reject_what_is_published():
    make_published()
    with pytest.raises(IntegrityError), transaction.atomic():
        TryOnResult.objects.update(review=Review.REJECTED)
