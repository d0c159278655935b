from __future__ import annotations

import re

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.messages import get_messages
from django.utils import timezone

from django_outfitanyone.choices import Review, Status
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.signals import status_changed
from tests.admin.batches import BATCH, batch_page, make_batch
from tests.admin.pages import actions_on, address, card_of, text_of
from tests.factories import make_try_on

pytestmark = pytest.mark.django_db


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
def test_card__offers_the_actions_that_its_state_allows(site, status, columns, expected):
    (try_on,) = make_batch(status, **columns)

    assert actions_on(card_of(batch_page(site), try_on)) == expected


def test_button__runs_the_action_and_returns_to_the_card(site, messages_of):
    first, second = make_batch(Status.SUCCEEDED, Status.SUCCEEDED)
    here = f"{address('tryonresult_batch', BATCH)}#try-on-{first.pk}"

    response = site.post("tryonresult_do", first.pk, action="publish", next=here)

    assert response.url == here
    assert messages_of(response) == ["1 picture published."]
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.published_at
    assert first.reviewed_by.username == "admin"
    assert second.review == Review.TO_REVIEW
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.user) == (str(first.pk), first.reviewed_by)
    assert (entry.action_flag, entry.change_message) == (CHANGE, "Publish")


def test_button__never_redirects_to_another_host(site):
    (try_on,) = make_batch(Status.SUCCEEDED)

    response = site.post(
        "tryonresult_do", try_on.pk, action="approve", next="https://evil.test/phishing"
    )

    assert response.url == address("tryonresult_change", try_on.pk)


def test_button__reports_why_the_action_was_refused(site, messages_of):
    (try_on,) = make_batch(Status.QUEUED)

    response = site.post("tryonresult_do", try_on.pk, action="approve")

    (refusal,) = messages_of(response)
    assert refusal.startswith("Only finished pictures can be reviewed")


def test_publish__of_a_selection_refuses_rejected_pictures(site, messages_of):
    fine, *rejected = make_batch(*[Status.SUCCEEDED] * 3)
    TryOnResult.objects.filter(pk__in=[row.pk for row in rejected]).update(review=Review.REJECTED)

    response = site.select("tryonresult", "publish", [fine, *rejected])

    assert messages_of(response) == [
        "1 picture published.",
        "2 × A rejected picture cannot be published. Approve it first.",
    ]
    assert list(TryOnResult.objects.exclude(published_at=None)) == [fine]
    assert TryOnResult.objects.filter(review=Review.REJECTED).count() == 2


def test_publish__of_a_card_refuses_a_picture_rejected_meanwhile(site, messages_of):
    (try_on,) = make_batch(Status.SUCCEEDED, review=Review.REJECTED)

    response = site.post("tryonresult_do", try_on.pk, action="publish")

    assert messages_of(response) == [
        "A rejected picture cannot be published. Approve it first.",
    ]
    assert not TryOnResult.objects.exclude(published_at=None)


@pytest.mark.parametrize("page", ["tryonresult_do", "tryonresult_batch_do"])
def test_buttons__accept_post_requests_only(site, page):
    (try_on,) = make_batch(Status.SUCCEEDED)
    where = try_on.pk if page == "tryonresult_do" else BATCH

    assert site.client.get(address(page, where)).status_code == 405
    assert site.post(page, where, action="nonsense").status_code == 404


def test_bulk_buttons__count_the_rows_they_would_change(site):
    make_batch(Status.SUCCEEDED, Status.SUCCEEDED, Status.FAILED, Status.QUEUED, Status.CANCELED)
    TryOnResult.objects.filter(batch=BATCH, number=0).update(review=Review.REJECTED)

    labels = re.findall(r'id="outfit-for-all-\w+">([^<]*)<', text_of(batch_page(site)))

    assert labels == [
        "Approve all (1)",
        "Reject all (1)",
        "Publish all (1)",
        "Retry all (1)",
        "Cancel all (1)",
    ]


def test_bulk_buttons__skip_rows_that_staff_have_decided_on(site, messages_of):
    done, rejected, canceled = make_batch(Status.SUCCEEDED, Status.SUCCEEDED, Status.CANCELED)
    other = make_try_on()
    TryOnResult.objects.filter(pk=rejected.pk).update(review=Review.REJECTED)

    response = site.post("tryonresult_batch_do", BATCH, action="publish")
    site.post("tryonresult_batch_do", BATCH, action="retry")

    assert response.url == address("tryonresult_batch", BATCH)
    assert messages_of(response) == ["1 picture published."]
    assert list(TryOnResult.objects.exclude(published_at=None)) == [done]
    canceled.refresh_from_db()
    other.refresh_from_db()
    assert canceled.status == Status.CANCELED
    assert other.review == Review.TO_REVIEW


def test_cancel_all__cancels_a_large_batch_in_a_few_statements(
    site, messages_of, django_assert_max_num_queries, django_capture_on_commit_callbacks
):
    rows = make_batch(*[Status.QUEUED] * 20, *[Status.PREPARING] * 10, Status.SUCCEEDED)
    other = make_try_on(status=Status.QUEUED)
    changed = []

    def record(job, old, **_arguments):
        changed.append((job.pk, old))

    status_changed.connect(record)
    try:
        with (
            django_assert_max_num_queries(20),
            django_capture_on_commit_callbacks(execute=True),
        ):
            response = site.post("tryonresult_batch_do", BATCH, action="cancel")
    finally:
        status_changed.disconnect(record)

    assert messages_of(response) == ["30 pictures canceled."]
    assert TryOnResult.objects.filter(batch=BATCH, status=Status.CANCELED).count() == 30
    assert TryOnResult.objects.get(pk=other.pk).status == Status.QUEUED
    assert (rows[0].pk, Status.QUEUED) in changed
    assert (rows[25].pk, Status.PREPARING) in changed
    assert LogEntry.objects.count() == 30


def test_detail__offers_the_actions_of_the_batch_and_another_picture(site):
    try_on = make_try_on()

    response = site.post(
        "tryonresult_do",
        try_on.pk,
        action="approve",
        next=f"{address('tryonresult_change', try_on.pk)}#try-on-{try_on.pk}",
    )

    try_on.refresh_from_db()
    assert try_on.review == Review.APPROVED
    assert response.url.startswith(address("tryonresult_change", try_on.pk))
    page = text_of(site.get("tryonresult_change", try_on.pk))
    assert re.findall(r'name="action" value="(\w+)"', page) == ["reject", "publish", "another"]


@pytest.mark.parametrize(
    ("action", "before", "has_changed"),
    [
        ("approve", {}, lambda row: row.review == Review.APPROVED),
        ("reject", {}, lambda row: row.review == Review.REJECTED),
        ("publish", {}, lambda row: row.published_at),
        (
            "unpublish",
            {"review": Review.APPROVED, "published_at": timezone.now()},
            lambda row: not row.published_at,
        ),
        ("cancel", {"status": Status.QUEUED}, lambda row: row.status == Status.CANCELED),
        ("retry", {"status": Status.FAILED}, lambda row: row.status == Status.QUEUED),
    ],
)
def test_changelist_action__changes_the_selected_rows_only(
    site, messages_of, action, before, has_changed
):
    selected, other = [make_try_on(**before) for _ in range(2)], make_try_on(**before)

    response = site.select("tryonresult", action, selected)

    assert all(
        has_changed(row) for row in TryOnResult.objects.filter(pk__in=[r.pk for r in selected])
    )
    other.refresh_from_db()
    assert not has_changed(other)
    assert messages_of(response)[0].startswith("2 pictures ")


def test_changelist_action__counts_refusals_by_reason(site, messages_of):
    rows = [make_try_on(), make_try_on(status=Status.QUEUED), make_try_on(status=Status.QUEUED)]

    response = site.select("tryonresult", "approve", rows)

    success, refusal = messages_of(response)
    assert success == "1 picture approved."
    assert refusal.startswith("2 × Only finished pictures can be reviewed")
    levels = [message.level_tag for message in get_messages(response.wsgi_request)]
    assert levels == ["success", "warning"]


def test_action__that_a_setting_prevents_is_reported(site, messages_of, configure, monkeypatch):
    """A missing API key is no reason for a page that fails."""
    configure(API_KEY="")
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    (try_on,) = make_batch(Status.RUNNING)

    response = site.post("tryonresult_do", try_on.pk, action="cancel")

    assert "API key" in messages_of(response)[0]
    try_on.refresh_from_db()
    assert try_on.status == Status.RUNNING
