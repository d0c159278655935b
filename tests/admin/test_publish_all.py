"""“Publish all” on the page of a batch: of several candidates, only the chosen or only one."""

from __future__ import annotations

import pytest

from django_outfitanyone import actions
from django_outfitanyone.choices import Review, Status
from django_outfitanyone.models import TryOnResult
from tests.admin.batches import BATCH, batch_page
from tests.admin.pages import text_of
from tests.factories import make_try_on

pytestmark = pytest.mark.django_db

LEFT_OUT = "left out: of each request, the chosen or only one is published."


def candidates(*columns, first_number=0):
    """Save the candidates of one request in the batch."""
    rows = []
    for number, own in enumerate(columns):
        shared = {"candidates": rows[0].candidates} if rows else {}
        place = {"batch": BATCH, "number": first_number + number, "candidate": number + 1}
        rows.append(make_try_on(**place, **shared, **own))
    return rows


def publish_all(site):
    return site.post("tryonresult_batch_do", BATCH, action="publish")


def published():
    return set(TryOnResult.objects.filter(published_at__isnull=False))


def test_chosen_candidate__is_published_and_the_others_are_left_out(site, messages_of):
    first, second, third = candidates({"review": Review.APPROVED}, {}, {"status": Status.FAILED})
    actions.choose(second)
    (single,) = candidates({}, first_number=3)

    messages = messages_of(publish_all(site))
    assert published() == {second, single}
    assert messages == ["2 pictures published.", f"1 candidate was {LEFT_OUT}"]
    assert first.review == Review.APPROVED
    assert third.published_at is None


def test_undecided_candidates__are_left_out(site, messages_of):
    candidates({}, {})

    assert messages_of(publish_all(site)) == [f"2 candidates were {LEFT_OUT}"]
    assert published() == set()


@pytest.mark.parametrize(
    "other",
    [{"review": Review.REJECTED}, {"status": Status.FAILED}, {"status": Status.CANCELED}],
    ids=["rejected", "failed", "canceled"],
)
def test_only_one_that_is_left__is_published(site, messages_of, other):
    first, _other = candidates({}, other)

    assert messages_of(publish_all(site)) == ["1 picture published."]
    assert published() == {first}


def test_one_beside_a_candidate_that_is_still_made__is_left_out(site):
    candidates({}, {"status": Status.QUEUED})
    publish_all(site)

    assert published() == set()


def test_button__counts_what_it_publishes(site):
    first, _second = candidates({}, {})
    candidates({}, first_number=2)
    assert "Publish all (1)" in text_of(batch_page(site))

    actions.choose(first)
    assert "Publish all (2)" in text_of(batch_page(site))


def test_selected_pictures__are_published_as_they_were_selected(site):
    first, second = candidates({}, {})
    site.select("tryonresult", "publish", [first, second])

    assert published() == {first, second}
