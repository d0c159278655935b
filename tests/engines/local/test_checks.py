from __future__ import annotations

import sys
import threading
import time
import types
from enum import Enum

import numpy as np
import pytest
from PIL import Image

from django_outfitanyone.engines.local import checks as local
from django_outfitanyone.engines.local.turns import MOST_AT_ONCE
from django_outfitanyone.exceptions import LocalEngineUnavailable

PICTURE = Image.new("RGB", (40, 60), (1, 2, 3))


class Severity(Enum):
    REFUSES = "refuses"
    MAY_SPOIL = "may spoil"


class Finding:
    def __init__(self, code, severity):
        self.code, self.severity = code, severity


class PersonRefused(ValueError):
    pass


class GarmentRefused(ValueError):
    pass


@pytest.fixture
def engine(monkeypatch):
    """A module in the place of the engine."""
    package = types.ModuleType("outfitanyone_local")
    package.engine = types.ModuleType("outfitanyone_local.engine")
    package.engine.PersonRefused = PersonRefused
    package.engine.GarmentRefused = GarmentRefused
    monkeypatch.setitem(sys.modules, "outfitanyone_local", package)
    monkeypatch.setitem(sys.modules, "outfitanyone_local.engine", package.engine)
    return package.engine


def hang(busy, done):
    busy.wait(10)
    done.wait(10)
    return []


def crash(_image):
    raise IndexError


def test_findings__come_in_the_words_of_the_app(engine):
    engine.check_person = lambda _image: [
        Finding("seated", Severity.REFUSES),
        Finding("dark", Severity.MAY_SPOIL),
    ]

    assert local.check_person(PICTURE) == [("seated", "refuses"), ("dark", "may_spoil")]


def test_finding_of_two_severities__is_the_worse_one(engine):
    worn = [Finding("worn", severity) for severity in Severity]
    for found in (worn, worn[::-1]):
        engine.check_garment = lambda _image, *, kind, found=found: found
        assert local.check_garment(PICTURE, kind="top") == [("worn", "refuses")]


def test_picture__is_an_rgb_array(engine):
    seen = []
    engine.check_garment = lambda image, *, kind: seen.append((image, kind)) or []
    local.check_garment(PICTURE.convert("RGBA"), kind="top")
    ((image, kind),) = seen

    assert (image.dtype, image.shape, kind) == (np.uint8, (60, 40, 3), "top")
    assert tuple(image[0, 0]) == (1, 2, 3)


def test_box__is_one_of_plain_numbers(engine):
    engine.garment_box = lambda _image: np.array([1, 2, 30, 40])
    box = local.garment_box(PICTURE)

    assert box == (1, 2, 30, 40)
    assert {type(side) for side in box} == {int}
    engine.garment_box = lambda _image: None
    assert local.garment_box(PICTURE) is None


@pytest.mark.parametrize("refused", [PersonRefused, GarmentRefused])
def test_cut_out__is_none_where_the_engine_refuses(engine, refused, caplog):
    def refuse(image, *, kind):
        raise refused

    engine.cut_out_worn_garment = refuse

    assert local.cut_out_worn_garment(PICTURE, kind="top") is None
    assert not caplog.records


def test_cut_out__is_a_picture(engine):
    engine.cut_out_worn_garment = lambda image, *, kind: image[:20]

    assert local.cut_out_worn_garment(PICTURE, kind="top").size == (40, 20)


def test_crash__is_logged_and_means_unavailable(engine, caplog):
    engine.check_person = crash
    with pytest.raises(LocalEngineUnavailable):
        local.check_person(PICTURE)

    (record,) = caplog.records
    assert record.event == "local_engine_failed"
    assert record.exc_info


def test_engine_of_an_older_release__means_unavailable(engine):
    with pytest.raises(LocalEngineUnavailable):
        local.garment_box(PICTURE)


def test_missing_package__means_unavailable_without_a_log(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "outfitanyone_local", None)
    with pytest.raises(LocalEngineUnavailable):
        local.check_person(PICTURE)

    assert not caplog.records


def test_is_installed__does_not_load_the_package(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("outfitanyone_local")]:
        monkeypatch.delitem(sys.modules, name)

    assert local.is_installed()
    assert "outfitanyone_local.engine" not in sys.modules
    monkeypatch.setattr(local, "find_spec", lambda _name: None)
    assert not local.is_installed()


def test_turns__are_limited_and_waited_for(engine, monkeypatch):
    monkeypatch.setattr(local, "PATIENCE", 0.05)
    busy, done = threading.Barrier(MOST_AT_ONCE + 1), threading.Event()

    def wait(_image):
        busy.wait(10)
        done.wait(10)
        return []

    engine.check_person = wait
    workers = [
        threading.Thread(target=local.check_person, args=(PICTURE,)) for _ in range(MOST_AT_ONCE)
    ]
    for worker in workers:
        worker.start()
    busy.wait(10)
    with pytest.raises(LocalEngineUnavailable):
        local.check_person(PICTURE)
    done.set()
    for worker in workers:
        worker.join(10)
    engine.check_person = lambda _image: []

    assert local.check_person(PICTURE) == []


def test_turns__are_not_waited_for_again_while_checks_hang(engine, monkeypatch):
    """A page that checks many pictures waits once, not once for each of them."""
    monkeypatch.setattr(local, "PATIENCE", 0.2)
    for _ in range(2):  # the second time shows that waiting starts anew
        busy, done = threading.Barrier(MOST_AT_ONCE + 1), threading.Event()
        engine.check_person = lambda _image, busy=busy, done=done: hang(busy, done)
        hanging = [
            threading.Thread(target=local.check_person, args=(PICTURE,))
            for _ in range(MOST_AT_ONCE)
        ]
        for worker in hanging:
            worker.start()
        busy.wait(10)
        start = time.monotonic()
        for _ in range(20):
            with pytest.raises(LocalEngineUnavailable):
                local.check_person(PICTURE)

        assert 0.2 <= time.monotonic() - start < 2
        done.set()
        for worker in hanging:
            worker.join(10)
        engine.check_person = lambda _image: []
        assert local.check_person(PICTURE) == []


def test_turn__is_given_back_after_a_crash(engine):
    engine.check_person = crash
    for _ in range(MOST_AT_ONCE + 1):
        with pytest.raises(LocalEngineUnavailable):
            local.check_person(PICTURE)
    engine.check_person = lambda _image: []

    assert local.check_person(PICTURE) == []
