from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account, TryOnResult
from tests.admin.batches import BATCH, batch_page, make_batch
from tests.admin.pages import progress_on, text_of
from tests.factories import make_try_on

pytestmark = pytest.mark.django_db

HEADLINE = "No worker is running, so no picture is being made."
COMMAND = "<code>python manage.py qcluster</code>"


@pytest.fixture
def dead_worker():
    """Work has been due for two minutes, and the worker ended before."""
    ago = timezone.now() - timedelta(minutes=2)
    make_batch(Status.SUCCEEDED, Status.QUEUED, due_at=ago)
    Account.objects.update(runner_expires_at=ago)


@pytest.mark.usefixtures("dead_worker")
@pytest.mark.parametrize(
    "page",
    [
        "tryonresult_changelist",
        "tryonresult_add",
        "garment_changelist",
        "garment_add",
        "product_changelist",
        "modelimage_changelist",
        "clothesparse_changelist",
        "account_changelist",
        "charge_changelist",
    ],
)
def test_every_page__says_what_to_start(site, page):
    text = text_of(site.get(page))

    assert HEADLINE in text
    assert COMMAND in text


@pytest.mark.usefixtures("dead_worker")
def test_batch_page__says_it_instead_of_a_time(site):
    response = batch_page(site)
    fragment = site.get("tryonresult_batch_cards", BATCH)

    text = "1 of 2 ready, no worker is running: start “manage.py qcluster”"
    assert progress_on(response) == text
    assert progress_on(fragment) == text
    assert HEADLINE in text_of(response)


@pytest.mark.usefixtures("dead_worker")
def test_detail_page__says_what_to_start(site):
    try_on = TryOnResult.objects.queued().get()

    assert HEADLINE in text_of(site.get("tryonresult_change", try_on.pk))


@pytest.mark.usefixtures("dead_worker")
@pytest.mark.parametrize("seconds", [-10, 60])
def test_pages__say_nothing_when_a_worker_was_seen(site, seconds):
    Account.objects.update(runner_expires_at=timezone.now() - timedelta(seconds=seconds))

    response = batch_page(site)

    assert HEADLINE not in text_of(response)
    assert progress_on(response) == "1 of 2 ready, about 20 seconds left"


def test_pages__say_nothing_without_work(site):
    make_try_on()

    assert HEADLINE not in text_of(site.get("tryonresult_changelist"))
