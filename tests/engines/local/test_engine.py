"""Previews and parses in this process, with the real computer vision and with a broken one."""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from decimal import Decimal

import numpy as np
import pytest
from PIL import Image

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.engines.base import (
    EngineConfig,
    Picture,
    RemoteState,
    SendWindow,
    TryOnOrder,
    WornPicture,
)
from django_outfitanyone.engines.capabilities import OrderSize
from django_outfitanyone.engines.local import LocalEngine, engine, turns
from django_outfitanyone.engines.local.errors import EXPLANATIONS, UNKNOWN
from django_outfitanyone.exceptions import (
    AccountProblem,
    InputRejected,
    RequestNotSent,
    Throttled,
)
from django_outfitanyone.pictures import images
from outfitanyone_local.engine import GarmentRefusal, GarmentRefused, PersonRefusal, PersonRefused
from outfitanyone_local.samples import GARMENTS, MODELS
from tests.drawing import picture


def of_bytes(data):
    return Picture(load=lambda: data)


def sample(kind):
    return next(one for one in GARMENTS if one.kind == kind).path.read_bytes()


def order(person, *, keep="", window=None, **garments):
    worn = [WornPicture(picture=of_bytes(data), kind=kind) for kind, data in garments.items()]
    return TryOnOrder(
        model="local-preview", person=of_bytes(person), garments=worn, keep=keep, window=window
    )


@pytest.fixture
def local():
    return LocalEngine(EngineConfig())


@pytest.fixture
def seeing(monkeypatch):
    """Put a module in the place of the computer vision."""

    def install(**functions):
        fake = type(
            "Vision", (), {"PersonRefused": PersonRefused, "GarmentRefused": GarmentRefused}
        )
        for name, function in functions.items():
            setattr(fake, name, staticmethod(function))

        @contextmanager
        def turn(*, patience):
            yield fake

        monkeypatch.setattr(engine, "turn", turn)

    return install


def test_submit__makes_a_marked_preview(local):
    photo = MODELS[0].path.read_bytes()
    report = local.submit(order(photo, keep="lower", top=sample("top")), key="k")

    (result,) = report.results
    made = images.verify(result.data)
    assert (report.state, report.handle, report.cost) == (RemoteState.SUCCEEDED, "", Decimal(0))
    assert made.is_sandbox_preview
    with Image.open(io.BytesIO(photo)) as before:
        assert (made.width, made.height) == (result.width, result.height) == before.size


def test_parse__has_boxes_crops_and_cutouts(local):
    photo = MODELS[0].path.read_bytes()
    upper, lower = local.parse(of_bytes(photo), ["upper", "lower"], model="local-parser").areas

    for area, name in ((upper, "upper"), (lower, "lower")):
        left, top, right, bottom = area.box
        assert area.clothes_type == name
        crop, cutout = images.verify(area.crop.data), images.verify(area.cutout.data)
        assert (crop.width, crop.height) == (right - left, bottom - top)
        assert (cutout.width, cutout.height, cutout.suffix) == (crop.width, crop.height, ".png")
    assert upper.box[1] < lower.box[1]


def test_submit__dress_is_worn_as_the_top(local, seeing):
    seen = []

    def try_on(person, *, top, bottom, keep):
        seen.append((top is not None, bottom, keep))
        return person

    seeing(try_on=try_on)
    local.submit(order(picture(), one_piece=picture(2)), key="k")

    assert seen == [(True, None, set())]


@pytest.mark.parametrize(
    ("error", "code", "is_about_person"),
    [
        (PersonRefused(PersonRefusal.SEATED), "LocalPersonRefused", True),
        (GarmentRefused(GarmentRefusal.FAINT), "LocalGarmentRefused", False),
    ],
)
def test_submit__refused_picture_is_for_the_shop(local, seeing, error, code, is_about_person):
    def refuse(*_pictures, **_options):
        raise error

    seeing(try_on=refuse)
    with pytest.raises(InputRejected, match=str(error)) as caught:
        local.submit(order(picture(), top=picture(2)), key="k")

    help_ = local.classify(caught.value.code)
    assert (caught.value.code, help_.fixed_by) == (code, "shop")
    assert help_.is_about_person is is_about_person


def test_submit__failure_of_the_engine_is_logged_and_final(local, seeing, caplog):
    seeing(try_on=lambda *_pictures, **_options: np.zeros(3)[9])
    with pytest.raises(InputRejected, match="IndexError"):
        local.submit(order(picture(), top=picture(2)), key="k")

    (record,) = caplog.records
    assert record.event == "local_engine_failed"


def test_submit__after_its_time_makes_nothing(local):
    window = SendWindow(seconds=1, monotonic=-1000.0)
    with pytest.raises(RequestNotSent):
        local.submit(order(picture(), window=window, top=picture(2)), key="k")


def test_submit__without_the_package_stops_the_account(local, monkeypatch):
    monkeypatch.setitem(sys.modules, "outfitanyone_local", None)
    with pytest.raises(AccountProblem) as caught:
        local.submit(order(picture(), top=picture(2)), key="k")

    assert turns.INSTALL in local.classify(caught.value.code).help


def test_submit__waits_for_a_turn_only_so_long(local, monkeypatch):
    monkeypatch.setattr(engine, "PATIENCE", 0.01)
    with turns.turn(patience=1), turns.turn(patience=1), pytest.raises(Throttled) as caught:
        local.submit(order(picture(), top=picture(2)), key="k")

    assert caught.value.retry_after == 5
    assert local.classify(caught.value.code).is_temporary


def test_capabilities__are_those_of_a_free_preview():
    found = LocalEngine.capabilities("local-preview")

    assert found.is_preview
    assert found.kinds == {GarmentKind.TOP, GarmentKind.BOTTOM, GarmentKind.ONE_PIECE}
    assert LocalEngine.price("local-preview", OrderSize(), "JPY") == 0


def test_check__tells_how_to_install_it(local, monkeypatch):
    assert [result.is_good for result in local.check()] == [True]
    monkeypatch.setattr(engine, "is_installed", lambda: False)
    (found,) = local.check()

    assert (found.is_good, found.remedy) == (False, turns.INSTALL)


def test_explain__unknown_code_is_for_the_developer():
    assert LocalEngine.classify("Unheard") is UNKNOWN
    assert all(found.help.endswith(".") for found in EXPLANATIONS.values())
