from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from django_outfitanyone.actions import parse_clothes
from django_outfitanyone.choices import Review, Status
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from django_outfitanyone.signals import status_changed
from tests.admin.pages import address, card_of, text_of
from tests.factories import make_garment, make_product, make_try_on

pytestmark = pytest.mark.django_db

BATCH = uuid.UUID("11111111-2222-4333-8444-555555555555")


def make_batch(*statuses, **columns):
    return [
        make_try_on(status=status, batch=BATCH, number=number, **columns)
        for number, status in enumerate(statuses)
    ]


def progress_on(response):
    return re.search(r'id="outfit-progress"[^>]*>([^<]*)<', text_of(response))[1]


def buttons_on(part):
    return re.findall(r'name="verb" value="(\w+)"', part)


def test_page__shows_the_pictures_in_the_order_asked(site):
    second = make_try_on(batch=BATCH, number=1)
    first = make_try_on(batch=BATCH, number=0)
    make_try_on()

    cards = re.findall(r'class="outfit-result" id="try-on-(\d+)"', text_of(batch_page(site)))

    assert cards == [str(first.pk), str(second.pk)]


def batch_page(site, **query):
    return site.get("tryonresult_batch", BATCH, **query)


def test_page__says_how_far_it_has_come(site):
    make_batch(
        *[Status.SUCCEEDED] * 5,
        *[Status.QUEUED] * 5,
        *[Status.FAILED] * 2,
        Status.CANCELED,
        Status.NEEDS_ATTENTION,
    )

    assert progress_on(batch_page(site)) == (
        "5 of 14 ready, 2 failed, 1 canceled, 1 needs your decision, about 20 seconds left"
    )


def test_page__says_when_all_is_done(site):
    make_batch(Status.SUCCEEDED, Status.SUCCEEDED)

    response = batch_page(site)

    assert progress_on(response) == "2 of 2 ready"
    assert "http-equiv" not in text_of(response)


def test_time_left__counts_what_is_ahead_in_the_queue(site):
    for _ in range(5):
        make_try_on(status=Status.QUEUED)
    make_batch(Status.QUEUED)
    for _ in range(5):
        make_try_on(status=Status.QUEUED)

    assert progress_on(batch_page(site)).endswith("about 40 seconds left")


def test_time_left__shrinks_while_the_last_is_made(site):
    age = timedelta(seconds=18)
    make_batch(Status.RUNNING, submitted_at=timezone.now() - age)

    assert progress_on(batch_page(site)).endswith("a few seconds left")


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"stopped_at": timezone.now()}, "waiting until the account is resumed"),
        (
            {"next_submission_at": timezone.now() + timedelta(hours=3)},
            "paused after too many requests, goes on in about 3 hours",
        ),
    ],
)
def test_progress__says_why_nothing_is_sent(site, columns, reason):
    make_batch(Status.QUEUED)
    Account.objects.update(**columns)

    assert progress_on(batch_page(site)) == f"0 of 1 ready, {reason}"


def test_page__refreshes_itself_without_script_while_something_is_open(site):
    make_batch(Status.QUEUED)

    page = text_of(batch_page(site))

    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert re.search(r'id="outfit-progress" role="status"', page)


def test_page__rings_the_runner_at_every_look_while_something_is_open(site, monkeypatch):
    rung = []
    monkeypatch.setattr("django_outfitanyone.admin.batch.wake_if_idle", lambda: rung.append(True))
    (try_on,) = make_batch(Status.QUEUED)

    batch_page(site)
    site.get("tryonresult_batch_cards", BATCH)
    assert len(rung) == 2

    TryOnResult.objects.filter(pk=try_on.pk).update(status=Status.CANCELED)
    batch_page(site)
    assert len(rung) == 2


def test_fragment__has_only_the_cards_asked_for(site):
    first, second = make_batch(Status.SUCCEEDED, Status.RUNNING)

    response = site.get("tryonresult_batch_cards", BATCH, card=[second.pk, "x"], p=2)

    page = text_of(response)
    assert "<html" not in page
    assert f'id="try-on-{second.pk}"' in page
    assert f'id="try-on-{first.pk}"' not in page
    assert progress_on(response).startswith("1 of 2 ready")
    assert f'value="{address("tryonresult_batch", BATCH)}?p=2#try-on-{second.pk}"' in page


def test_card__tells_apart_what_looks_different(site):
    (try_on,) = make_batch(Status.RUNNING)
    version = re.compile(r'data-version="([^"]*)"')
    before = version.search(card_of(batch_page(site), try_on))[1]

    TryOnResult.objects.filter(pk=try_on.pk).update(status=Status.FAILED, error_code="Oops")

    assert version.search(card_of(batch_page(site), try_on))[1] != before


def test_card__names_error_and_who_can_mend_it(site):
    (try_on,) = make_batch(
        Status.FAILED, error_code="InvalidPerson", error_message="No human body."
    )

    card = card_of(batch_page(site), try_on)

    assert "No human body." in card
    assert "Who can fix it: whoever chose the pictures." in card
    assert "<code>InvalidPerson</code>" in card


def test_card__links_to_the_shop_page_of_a_finished_picture(site):
    product = make_product(title="Parka", url="https://shop.test/parka/")
    garment = make_garment(product=product)
    done, waiting = make_batch(Status.SUCCEEDED, Status.QUEUED, garments=[garment])

    response = batch_page(site)

    assert '<a href="https://shop.test/parka/">Parka in the shop</a>' in card_of(response, done)
    assert "https://shop.test" not in card_of(response, waiting)


@pytest.mark.parametrize(
    ("status", "columns", "expected"),
    [
        (Status.SUCCEEDED, {}, ["approve", "reject", "publish"]),
        (Status.SUCCEEDED, {"review": Review.APPROVED}, ["reject", "publish"]),
        (Status.SUCCEEDED, {"review": Review.REJECTED}, ["approve"]),
        (
            Status.SUCCEEDED,
            {"review": Review.APPROVED, "published_at": timezone.now()},
            ["reject", "unpublish"],
        ),
        (Status.QUEUED, {}, ["cancel"]),
        (Status.RUNNING, {}, ["cancel"]),
        (Status.SUBMITTING, {}, []),
        (Status.FAILED, {}, ["retry"]),
        (Status.CANCELED, {}, ["retry"]),
        (Status.NEEDS_ATTENTION, {}, []),
    ],
)
def test_card__offers_what_can_be_done(site, status, columns, expected):
    (try_on,) = make_batch(status, **columns)

    assert buttons_on(card_of(batch_page(site), try_on)) == expected


def test_button__does_it_and_comes_back_to_the_card(site, said):
    first, second = make_batch(Status.SUCCEEDED, Status.SUCCEEDED)
    here = f"{address('tryonresult_batch', BATCH)}#try-on-{first.pk}"

    response = site.post("tryonresult_do", first.pk, verb="publish", next=here)

    assert response.url == here
    assert said(response) == ["1 picture published."]
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.published_at
    assert first.reviewed_by.username == "admin"
    assert second.review == Review.TO_REVIEW
    assert LogEntry.objects.get().object_id == str(first.pk)


def test_button__never_leads_to_another_site(site):
    (try_on,) = make_batch(Status.SUCCEEDED)

    response = site.post(
        "tryonresult_do", try_on.pk, verb="approve", next="https://evil.test/phishing"
    )

    assert response.url == address("tryonresult_change", try_on.pk)


def test_button__says_why_it_came_too_late(site, said):
    (try_on,) = make_batch(Status.QUEUED)

    response = site.post("tryonresult_do", try_on.pk, verb="approve")

    assert said(response) == ["Only finished pictures can be reviewed; this one is “queued”."]


@pytest.mark.parametrize("page", ["tryonresult_do", "tryonresult_batch_do"])
def test_buttons__are_not_links(site, page):
    (try_on,) = make_batch(Status.SUCCEEDED)
    where = try_on.pk if page == "tryonresult_do" else BATCH

    assert site.client.get(address(page, where)).status_code == 405
    assert site.post(page, where, verb="nonsense").status_code == 404


def test_for_all__counts_what_each_button_would_do(site):
    make_batch(Status.SUCCEEDED, Status.SUCCEEDED, Status.FAILED, Status.QUEUED, Status.CANCELED)
    TryOnResult.objects.filter(batch=BATCH, number=0).update(review=Review.REJECTED)

    labels = re.findall(r'id="outfit-for-all-\w+">([^<]*)<', text_of(batch_page(site)))

    assert labels == [
        "Approve all (1)",
        "Reject all (1)",
        "Publish all (1)",
        "Try again all (1)",
        "Cancel all (1)",
    ]


def test_for_all__leaves_alone_what_somebody_decided_already(site, said):
    done, rejected, canceled = make_batch(Status.SUCCEEDED, Status.SUCCEEDED, Status.CANCELED)
    other = make_try_on()
    TryOnResult.objects.filter(pk=rejected.pk).update(review=Review.REJECTED)

    response = site.post("tryonresult_batch_do", BATCH, verb="publish")
    site.post("tryonresult_batch_do", BATCH, verb="retry")

    assert response.url == address("tryonresult_batch", BATCH)
    assert said(response) == ["1 picture published."]
    assert list(TryOnResult.objects.exclude(published_at=None)) == [done]
    canceled.refresh_from_db()
    other.refresh_from_db()
    assert canceled.status == Status.CANCELED
    assert other.review == Review.TO_REVIEW


def test_cancel_all__takes_a_large_batch_off_the_queue_in_a_few_statements(
    site, said, django_assert_max_num_queries, django_capture_on_commit_callbacks
):
    rows = make_batch(*[Status.QUEUED] * 20, *[Status.PREPARING] * 10, Status.SUCCEEDED)
    other = make_try_on(status=Status.QUEUED)
    changed = []

    def note(job, old, **_arguments):
        changed.append((job.pk, old))

    status_changed.connect(note)
    try:
        with (
            django_assert_max_num_queries(20),
            django_capture_on_commit_callbacks(execute=True),
        ):
            response = site.post("tryonresult_batch_do", BATCH, verb="cancel")
    finally:
        status_changed.disconnect(note)

    assert said(response) == ["30 pictures canceled."]
    assert TryOnResult.objects.filter(batch=BATCH, status=Status.CANCELED).count() == 30
    assert TryOnResult.objects.get(pk=other.pk).status == Status.QUEUED
    assert (rows[0].pk, Status.QUEUED) in changed
    assert (rows[25].pk, Status.PREPARING) in changed
    assert LogEntry.objects.count() == 30


def test_cost__sums_pictures_and_the_searches_in_them(site):
    first, _second = make_batch(Status.SUCCEEDED, Status.SUCCEEDED)
    parse_clothes(first)
    ClothesParse.objects.update(cost="0.004")

    assert "Cost so far: CNY 1.00" in text_of(batch_page(site))
    TryOnResult.objects.update(cost=0)
    assert "Cost so far: CNY 0.004" in text_of(batch_page(site))


def test_page__is_split_when_there_are_many(site, monkeypatch):
    monkeypatch.setattr("django_outfitanyone.admin.batch.PER_PAGE", 2)
    rows = make_batch(*[Status.SUCCEEDED] * 5)

    page = text_of(batch_page(site, p=2))

    assert re.findall(r'class="outfit-result" id="try-on-(\d+)"', page) == [
        str(row.pk) for row in rows[2:4]
    ]
    assert 'href="?p=1"' in page
    assert 'href="?p=3"' in page
    assert "Page 2 of 3" in page


def test_queries__do_not_grow_with_the_batch(site, django_assert_max_num_queries):
    make_batch(*[Status.SUCCEEDED] * 15, *[Status.RUNNING] * 15)

    with django_assert_max_num_queries(13):
        batch_page(site)


def test_unknown_batch__is_not_found(site):
    assert batch_page(site).status_code == 404
    assert site.get("tryonresult_batch_cards", BATCH).status_code == 404


def test_page__survives_deleted_garments_and_photos(site):
    (try_on,) = make_batch(Status.SUCCEEDED)
    try_on.model_image.delete()
    try_on.top_garment.delete()

    assert batch_page(site).status_code == 200


def test_page__has_no_inline_style_or_script(site):
    make_batch(Status.SUCCEEDED, Status.RUNNING, Status.NEEDS_ATTENTION)

    page = text_of(batch_page(site))

    assert " style=" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
