from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.actions import parse_clothes
from django_outfitanyone.choices import Status
from django_outfitanyone.error_help import FIXED_BY
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from tests.admin.batches import BATCH, batch_page, make_batch
from tests.admin.pages import address, card_of, progress_on, text_of
from tests.factories import make_garment, make_product, make_try_on

pytestmark = pytest.mark.django_db


def test_page__shows_the_pictures_in_the_order_of_the_request(site):
    second = make_try_on(batch=BATCH, number=1)
    first = make_try_on(batch=BATCH, number=0)
    make_try_on()

    cards = re.findall(r'class="outfit-result" id="try-on-(\d+)"', text_of(batch_page(site)))

    assert cards == [str(first.pk), str(second.pk)]


def test_progress__counts_each_status(site):
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


def test_progress__of_a_finished_batch_has_no_time_left(site):
    make_batch(Status.SUCCEEDED, Status.SUCCEEDED)

    response = batch_page(site)

    assert progress_on(response) == "2 of 2 ready"
    assert "http-equiv" not in text_of(response)


def test_time_left__includes_earlier_rows_of_the_queue(site):
    for _ in range(5):
        make_try_on(status=Status.QUEUED)
    make_batch(Status.QUEUED)
    for _ in range(5):
        make_try_on(status=Status.QUEUED)

    assert progress_on(batch_page(site)).endswith("about 40 seconds left")


def test_time_left__shrinks_while_the_last_picture_is_made(site):
    age = timedelta(seconds=18)
    make_batch(Status.RUNNING, submitted_at=timezone.now() - age)

    assert progress_on(batch_page(site)).endswith("a few seconds left")


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"stopped_at": timezone.now()}, "waiting until the account is resumed"),
        (
            {"next_submission_at": timezone.now() + timedelta(hours=3)},
            "paused after too many requests, resumes in about 3 hours",
        ),
    ],
)
def test_progress__shows_why_nothing_is_sent(site, columns, reason):
    make_batch(Status.QUEUED)
    Account.objects.update(**columns)

    assert progress_on(batch_page(site)) == f"0 of 1 ready, {reason}"


def test_page__reloads_without_script_while_a_row_is_open(site):
    make_batch(Status.QUEUED)

    page = text_of(batch_page(site))

    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert re.search(r'id="outfit-progress" role="status"', page)


def test_page__wakes_the_worker_at_each_request_while_a_row_is_open(site, monkeypatch):
    wakeups = []
    monkeypatch.setattr(
        "django_outfitanyone.admin.batch.wake_if_idle", lambda: wakeups.append(True)
    )
    (try_on,) = make_batch(Status.QUEUED)

    batch_page(site)
    site.get("tryonresult_batch_cards", BATCH)
    assert len(wakeups) == 2

    TryOnResult.objects.filter(pk=try_on.pk).update(status=Status.CANCELED)
    batch_page(site)
    assert len(wakeups) == 2


def test_fragment__has_only_the_requested_cards(site):
    first, second = make_batch(Status.SUCCEEDED, Status.RUNNING)

    response = site.get("tryonresult_batch_cards", BATCH, card=[second.pk, "x"], p=2)

    page = text_of(response)
    assert "<html" not in page
    assert f'id="try-on-{second.pk}"' in page
    assert f'id="try-on-{first.pk}"' not in page
    assert progress_on(response).startswith("1 of 2 ready")
    assert f'value="{address("tryonresult_batch", BATCH)}?p=2#try-on-{second.pk}"' in page


def test_card__has_a_new_version_when_its_content_changes(site):
    (try_on,) = make_batch(Status.RUNNING)
    version = re.compile(r'data-version="([^"]*)"')
    before = version.search(card_of(batch_page(site), try_on))[1]

    TryOnResult.objects.filter(pk=try_on.pk).update(status=Status.FAILED, error_code="Oops")

    assert version.search(card_of(batch_page(site), try_on))[1] != before


def test_card__shows_the_error_and_who_can_fix_it(site):
    (try_on,) = make_batch(
        Status.FAILED, error_code="InvalidPerson", error_message="No human body."
    )

    card = card_of(batch_page(site), try_on)

    assert "No human body." in card
    assert f"Who can fix it: {FIXED_BY['shop']}." in card
    assert "<code>InvalidPerson</code>" in card


def test_card__of_a_finished_picture_links_to_the_shop(site):
    product = make_product(title="Parka", url="https://shop.test/parka/")
    garment = make_garment(product=product)
    done, waiting = make_batch(Status.SUCCEEDED, Status.QUEUED, garments=[garment])

    response = batch_page(site)

    assert '<a href="https://shop.test/parka/">Parka in the shop</a>' in card_of(response, done)
    assert "https://shop.test" not in card_of(response, waiting)


def test_cost__is_the_sum_of_pictures_and_parses(site):
    first, _second = make_batch(Status.SUCCEEDED, Status.SUCCEEDED)
    parse_clothes(first)
    ClothesParse.objects.update(cost="0.004", currency="CNY")

    assert "Cost so far: CNY 1.00" in text_of(batch_page(site))
    TryOnResult.objects.update(cost=0)
    assert "Cost so far: CNY 0.004" in text_of(batch_page(site))


def test_cost__of_a_sandbox_is_what_pictures_would_have_cost(site, configure):
    make_batch(Status.SUCCEEDED, Status.SUCCEEDED)
    configure(IS_SANDBOX=True)
    page = text_of(batch_page(site))

    assert "Would have cost so far: CNY 1.00" in page
    assert "Cost so far" not in page


def test_move__is_offered_while_the_engine_is_stopped(site):
    make_batch(Status.SUCCEEDED, Status.QUEUED)
    assert 'id="outfit-move"' not in text_of(batch_page(site))
    Account.objects.update(stopped_at=timezone.now())

    assert 'id="outfit-move"' in text_of(batch_page(site))


def test_problems__have_a_new_version_when_the_move_is_offered(site):
    make_batch(Status.SUCCEEDED, Status.QUEUED)
    version = re.compile(r'id="outfit-problems" [^>]*data-version="([^"]*)"')
    before = version.search(text_of(batch_page(site)))[1]
    Account.objects.update(stopped_at=timezone.now())

    assert version.search(text_of(batch_page(site)))[1] != before


def test_page__is_paginated(site, monkeypatch):
    monkeypatch.setattr("django_outfitanyone.admin.batch.PER_PAGE", 2)
    rows = make_batch(*[Status.SUCCEEDED] * 5)

    page = text_of(batch_page(site, p=2))

    assert re.findall(r'class="outfit-result" id="try-on-(\d+)"', page) == [
        str(row.pk) for row in rows[2:4]
    ]
    assert 'href="?p=1"' in page
    assert 'href="?p=3"' in page
    assert "Page 2 of 3" in page


def test_page__takes_a_fixed_number_of_queries(site, django_assert_max_num_queries):
    make_batch(*[Status.SUCCEEDED] * 6, *[Status.RUNNING] * 6)

    with django_assert_max_num_queries(18):
        batch_page(site)


def test_unknown_batch__is_not_found(site):
    assert batch_page(site).status_code == 404
    assert site.get("tryonresult_batch_cards", BATCH).status_code == 404


def test_page__survives_deleted_garments_and_photos(site):
    (try_on,) = make_batch(Status.SUCCEEDED)
    try_on.model_image.delete()
    try_on.garments[0].delete()

    assert batch_page(site).status_code == 200


def test_page__has_no_inline_style_or_script(site):
    make_batch(Status.SUCCEEDED, Status.RUNNING, Status.NEEDS_ATTENTION)

    page = text_of(batch_page(site))

    assert " style=" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
