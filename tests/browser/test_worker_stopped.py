"""The worker is killed in the middle of a batch: what a person sees and does, and what is paid."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.actions import request_try_ons
from django_outfitanyone.choices import Status
from django_outfitanyone.jobs.try_on import combine
from django_outfitanyone.models import Account, TryOnResult
from tests.admin.pages import address
from tests.contention.conftest import settle
from tests.factories import make_garment, make_model_image
from tests.work import REPLACE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NO_WORKER = "text=No worker is running, so no picture is being made."
REMEDY = "text=python manage.py qcluster"
COUNT = 8
TODAY = "http://localhost/admin/django_outfitanyone/"


@pytest.fixture
def batch(remote):
    """A batch of which the sandbox makes five pictures at a time, each in six seconds."""
    remote.change_options(submits_per_second=4, queries_per_second=50)
    remote.set_progression([("RUNNING", 6.0)])  # five at a time: the others wait
    garments = [make_garment(name=f"Shirt {number}") for number in range(COUNT)]
    return request_try_ons(combine(garments, [make_model_image()]), options=REPLACE)[0].batch


def wait_until(is_so, seconds=60):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)


def are_some_running_and_none_on_their_way():
    found = set(TryOnResult.objects.values_list("status", flat=True))
    return Status.RUNNING in found and Status.SUBMITTING not in found


def let_minutes_pass():
    """Move what the app remembers two minutes back: the worker that is gone was last seen then."""
    ago = timezone.now() - timedelta(minutes=2)
    Account.objects.update(runner_expires_at=ago)
    TryOnResult.objects.open().update(due_at=ago, lease_expires_at=ago)


def test_killed_worker__is_named_with_its_remedy_and_the_rest_is_paid_once(
    visit, admin_client, remote, batch, start
):
    worker = start("outfitanyone_poll")
    wait_until(are_some_running_and_none_on_their_way, seconds=120)
    worker.kill()
    worker.wait()
    let_minutes_pass()
    paid = remote.stats["submits"]

    page = visit(address("tryonresult_batch", batch), client=admin_client, width=1280)
    assert page.is_visible(NO_WORKER)
    assert page.is_visible(REMEDY)
    assert "no worker is running" in page.inner_text("#outfit-progress")
    page.goto(TODAY)
    assert page.is_visible(NO_WORKER)
    assert page.is_visible(REMEDY)
    page.click("[id^=outfit-batch-]")

    page.click(".outfit-result [value=cancel] >> nth=-1")  # not sent yet
    page.wait_for_selector(".outfit-badge--canceled")
    page.click("#outfit-pause-batch")
    page.wait_for_selector("#outfit-resume-batch")
    assert remote.stats["submits"] == paid

    start("outfitanyone_poll")
    wait_until(lambda: not TryOnResult.objects.in_flight().exists())
    page.reload()
    assert page.is_hidden(NO_WORKER)
    assert remote.stats["submits"] == paid
    page.click("#outfit-resume-batch")
    settle(batch, seconds=100)
    page.wait_for_selector("#outfit-progress[data-open='0']", timeout=60_000)

    rows = TryOnResult.objects.filter(batch=batch)
    assert {row.status for row in rows} == {Status.SUCCEEDED, Status.CANCELED}
    assert rows.filter(status=Status.SUCCEEDED).count() == COUNT - 1
    assert remote.stats["submits"] == COUNT - 1
