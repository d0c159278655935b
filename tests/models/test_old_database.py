"""A database of version 0013 with work in progress migrates to today's, and the work goes on."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal

import pytest

from django_outfitanyone.actions import request_try_on, retry
from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from django_outfitanyone.models import Charge, Garment, Hotspot, ModelImage, TryOnResult
from tests.admin.pages import address
from tests.drawing import picture
from tests.models.old_shop import OLD, OldShop, migrate
from tests.orders import outfit_anyone, try_on_order
from tests.work import work

KEY = "sk-for-tests"
KEEP_NOTHING = TryOnOptions(keep_other_half=False)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.migrations,
    pytest.mark.slow,
]


@pytest.fixture
def old_shop(remote):
    """Rows of version 0013; at the end of the test the latest version is restored."""
    yield OldShop(migrate(OLD))
    migrate(None)


def running_task(remote):
    """Submit a try-on at the sandbox, as the worker of version 0013 did, and return its task."""
    with outfit_anyone(KEY, base_url=remote.base_url, allow_private_addresses=True) as engine:
        urls = [
            engine.upload(picture(seed), filename="a.jpg", model="aitryon-plus").url
            for seed in (1, 2)
        ]
        order = try_on_order(person=urls[0], top=urls[1])
        return engine.submit(order, key="").handle


def now_of(row):
    """Return the row of today's models."""
    return TryOnResult.objects.get(pk=row.pk)


def test_work_in_progress__goes_on(old_shop, remote):
    queued = old_shop.try_on(bottom_garment=old_shop.bottom, top_garment=old_shop.top)
    dress = old_shop.try_on(top_garment=old_shop.dress)
    running = old_shop.try_on(
        Status.RUNNING,
        top_garment=old_shop.top,
        remote_task_id=running_task(remote),
        submitted_at=datetime.now(timezone.utc),
        is_prepared=True,
        slot=1,
    )
    submits = remote.stats["submits"]
    migrate(None)
    rows = [now_of(row) for row in (queued, dress, running)]
    work(*rows)

    assert [row.status for row in rows] == [Status.SUCCEEDED] * 3
    assert [[garment.kind for garment in row.garments] for row in rows] == [
        ["top", "bottom"],
        ["one_piece"],
        ["top"],
    ]
    assert rows[2].remote_task_id == running.remote_task_id
    assert remote.stats["submits"] - submits == 2  # the running one is only polled
    assert Charge.objects.filter(try_on__in=rows, clothes_parse=None).count() == 3
    assert rows[2].hotspots.get(clothes_type="upper").product_id == old_shop.product


def test_kept_half__goes_on_with_the_parse_that_was_paid(old_shop, remote, engine):
    old_shop.parsed_photo()
    kept = old_shop.try_on(Status.PREPARING, top_garment=old_shop.top, keep="lower")
    migrate(None)
    row = now_of(kept)
    work(row)

    assert row.status == Status.SUCCEEDED
    assert ("try_on", True, True, []) in engine.calls  # the stored crop is sent as the bottom
    assert [(worn.kind, worn.area) for worn in row.worn.all()] == [
        ("top", "upper"),
        ("bottom", "lower"),
    ]
    assert remote.stats["parses"] == 1  # of the result


def test_refinement__goes_on(old_shop, remote):
    source = old_shop.finished(11, top_garment=old_shop.top)
    refinement = old_shop.try_on(
        remote_model="aitryon-refiner", top_garment=old_shop.top, refines=source, gender="woman"
    )
    migrate(None)
    row = now_of(refinement)
    work(row)

    assert (row.status, row.refines_id) == (Status.SUCCEEDED, source.pk)
    assert remote.stats["models"]["aitryon-refiner"]["submits"] == 1


@pytest.mark.parametrize("slots", [("top",), ("bottom",), ("top", "bottom"), ("dress",)])
def test_identical_request__reuses_the_old_picture(old_shop, remote, slots):
    columns = {
        f"{'top' if slot == 'dress' else slot}_garment": getattr(old_shop, slot) for slot in slots
    }
    old = old_shop.finished(12, **columns)
    migrate(None)
    garments = Garment.objects.filter(pk__in=[one.pk for one in columns.values()])
    request = TryOnRequest.of(ModelImage.objects.get(), garments)
    row = request_try_on(request, options=KEEP_NOTHING)
    work(row)

    assert (row.reused_from_id, row.cost) == (old.pk, 0)
    assert remote.stats["submits"] == 0
    spots = Hotspot.objects.filter(try_on=row)
    assert {(spot.clothes_type, spot.is_corrected) for spot in spots} == {
        ("upper", True),
        ("lower", False),
    }


def test_money__is_as_before(old_shop, admin_client):
    old_shop.finished(13, top_garment=old_shop.top)
    old_shop.finished(14, top_garment=old_shop.top, bottom_garment=old_shop.bottom)
    old_shop.parsed_photo()
    migrate(None)

    charges = Charge.objects.all()
    assert charges.totals() == {"CNY": Decimal("1.004")}
    assert charges.by_product("CNY") == {old_shop.product: 1, None: Decimal("0.004")}
    assert charges.by_model("CNY") == {
        "aitryon-plus": Decimal(1),
        "aitryon-parsing-v1": Decimal("0.004"),
    }
    assert "1.00" in admin_client.get(address("charge_changelist")).content.decode()


def test_row_without_its_garment__stays_and_is_not_sent(old_shop, remote, admin_client):
    failed = old_shop.try_on(Status.FAILED, top_garment=old_shop.top, keep="lower")
    queued = old_shop.try_on(top_garment=old_shop.top)
    for row in (failed, queued):
        old_shop.delete_garment(row, "top_garment")
    migrate(None)
    failed, queued = now_of(failed), now_of(queued)
    work(queued)

    assert (queued.status, queued.error_code) == (Status.FAILED, "InputChanged")
    with pytest.raises(RequestRefused):
        retry(failed)
    assert remote.stats["submits"] == 0
    for row in (failed, queued):
        assert admin_client.get(address("tryonresult_change", row.pk)).status_code == 200


def test_unclear_row__still_waits_for_a_person(old_shop, remote):
    unclear = old_shop.try_on(
        Status.NEEDS_ATTENTION,
        top_garment=old_shop.top,
        submitted_at=datetime.now(timezone.utc),
        error_code="OutcomeUnknown",
        due_at=None,
    )
    migrate(None)
    work()
    row = now_of(unclear)
    assert (row.status, remote.stats["submits"]) == (Status.NEEDS_ATTENTION, 0)

    retry(row)
    work(row)
    assert (row.status, remote.stats["submits"]) == (Status.SUCCEEDED, 1)
