"""A paid picture is always stored: odd files, failing storages and derivatives do not stop it."""

from __future__ import annotations

import gzip
from contextlib import closing
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import DatabaseError

from django_outfitanyone.actions import request_try_on
from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import DownloadRefused
from django_outfitanyone.models import ClothesParse, TryOnResult
from django_outfitanyone.worker import store
from django_outfitanyone.worker.steps import advance
from tests.drawing import picture
from tests.factories import make_staff
from tests.pictures.files import with_segment
from tests.pictures.test_decoding import ODD_EXIF
from tests.work import REPLACE, claimed, collecting_try_on, new_request, step, work

pytestmark = pytest.mark.django_db

LARGE = picture(size=(680, 1020))
"""Large enough for two smaller copies."""


@pytest.fixture
def result_files(settings):
    """Return the names of the stored files that belong to results."""

    def names():
        root = Path(settings.MEDIA_ROOT) / "outfitanyone"
        files = [*(root / "results").rglob("*.*"), *(root / "thumbnails").rglob("*.*")]
        return sorted(file.name for file in files)

    return names


@pytest.fixture
def storage_fails(monkeypatch):
    """Let the storage fail for files that a function chooses, after it has written a part."""

    def fail(chosen):
        save = FileSystemStorage._save

        def save_or_fail(storage, name, content):
            if chosen(name):
                path = Path(storage.path(name))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"half")
                raise OSError(28, "No space left on device")
            return save(storage, name, content)

        monkeypatch.setattr(FileSystemStorage, "_save", save_or_fail)
        return lambda: monkeypatch.setattr(FileSystemStorage, "_save", save)

    return fail


def failing_once(error):
    """Return a function that raises the error at first and then returns the usual download."""
    answers = iter([error])

    def fetch(url):
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
            return answer
        return download(url)

    download = store.download
    return fetch


@pytest.mark.parametrize(
    "first",
    [
        b"<html>Please wait</html>",
        LARGE[:20_000],
        b"",
        gzip.compress(LARGE),
        DownloadRefused("The file's address redirects elsewhere; redirects are not followed."),
    ],
    ids=["HTML", "cut short", "empty", "gzip", "redirect"],
)
def test_passing_fault_of_the_download__is_retried(remote, monkeypatch, first):
    try_on = collecting_try_on()
    monkeypatch.setattr(store, "download", failing_once(first))
    step(try_on)
    assert (try_on.status, try_on.error_code) == (Status.COLLECTING, "DownloadRefused")

    step(try_on)
    work(try_on)
    assert try_on.status == Status.SUCCEEDED


@pytest.mark.parametrize("exif", ODD_EXIF.values(), ids=ODD_EXIF)
def test_picture_with_odd_exif__is_collected(remote, monkeypatch, exif):
    data = with_segment(LARGE, 0xE1, exif)
    try_on = collecting_try_on()
    monkeypatch.setattr(store, "download", lambda _url: data)
    step(try_on)

    assert (try_on.width, try_on.height) == (680, 1020)
    assert exif in try_on.read()
    assert [width for width, _name in try_on.renditions] == [360, 540]


def test_storage_outage__is_retried_and_leaves_nothing_behind(remote, storage_fails, result_files):
    try_on = collecting_try_on()
    before = result_files()
    works_again = storage_fails(lambda _name: True)
    for _time in range(20):
        step(try_on)
    assert (try_on.status, try_on.attempts) == (Status.COLLECTING, 20)
    assert result_files() == before

    works_again()
    step(try_on)
    work(try_on)
    assert try_on.status == Status.SUCCEEDED


@pytest.mark.parametrize("kind", ["thumbnails", ".webp"])
def test_derivative_that_cannot_be_stored__does_not_stop_the_picture(
    remote, monkeypatch, storage_fails, result_files, kind
):
    try_on = collecting_try_on()
    before = len(result_files())
    monkeypatch.setattr(store, "download", lambda _url: LARGE)
    storage_fails(lambda name: kind in name)
    step(try_on)

    assert try_on.image
    assert try_on.attempts == 0
    if kind == ".webp":
        assert try_on.renditions is None  # the command outfitanyone_renditions makes them
        assert len(result_files()) == before + 2
    else:
        assert try_on.thumbnail.name == try_on.image.name
        assert len(result_files()) == before + 3


def test_copies_fail_halfway__leaves_none_behind(remote, monkeypatch, storage_fails, result_files):
    copies = []

    def is_second_copy(name):
        copies.extend([name] if name.endswith(".webp") else [])
        return len(copies) == 2

    try_on = collecting_try_on()
    monkeypatch.setattr(store, "download", lambda _url: LARGE)
    storage_fails(is_second_copy)
    step(try_on)

    assert try_on.renditions is None
    assert not [name for name in result_files() if name.endswith(".webp")]


def test_database_that_refuses_the_row__leaves_no_file_behind(remote, monkeypatch, result_files):
    try_on = collecting_try_on()
    before = result_files()
    write = TryOnResult.write

    def refuse(row, **columns):
        if "image" in columns:
            raise DatabaseError("refused")
        write(row, **columns)

    monkeypatch.setattr(TryOnResult, "write", refuse)
    step(try_on)

    assert (try_on.status, try_on.error_code) == (Status.COLLECTING, "UnexpectedFault")
    assert result_files() == before


def test_error_after_the_row_was_written__keeps_its_files(remote, monkeypatch):
    """A connection that is lost during a commit leaves open whether it took effect."""
    try_on = collecting_try_on()
    finish = store.finish

    def finish_and_fail(row, **columns):
        finish(row, **columns)
        raise DatabaseError("connection lost")

    monkeypatch.setattr(store, "finish", finish_and_fail)
    step(try_on)

    assert try_on.read()


@pytest.mark.django_db(transaction=True)
def test_requester_who_was_deleted_meanwhile__costs_neither_picture_nor_parse(remote):
    user = make_staff()
    try_on = request_try_on(new_request(), options=REPLACE, requested_by=user)
    while try_on.status != Status.COLLECTING:
        step(try_on)
    row = claimed(try_on)
    user.delete()
    with closing(conf.default_engine.load()) as engine:
        advance(row, engine)
    try_on.refresh_from_db()

    assert try_on.has_succeeded
    assert ClothesParse.objects.get(try_on=try_on).requested_by is None
