"""Every step can be repeated after a kill between any two of its writes.

Each test kills a worker at its first write, then another one at its second write, and so on
until one survives. Another worker continues each time, and nothing may be lost, paid twice
or left half done.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from django_outfitanyone.actions import parse_clothes, refine, request_try_on
from django_outfitanyone.choices import Status
from django_outfitanyone.diagnostics.cleanup import orphans
from django_outfitanyone.jobs.try_on import TryOnRequest
from django_outfitanyone.models import Charge, ClothesParse, Hotspot, ModelImage, TryOnResult
from tests.drawing import picture
from tests.factories import make_garment, make_model_image
from tests.kills import Killed, Worker, continue_work
from tests.work import REPLACE, queued_try_on, work

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

_seeds = count(500_000)


@pytest.fixture(autouse=True)
def _exclusive(remote, configure):
    configure(EXCLUSIVE=True)


def large_photo():
    """Return a model photo that is large enough for a smaller copy of its results."""
    return make_model_image(data=picture(next(_seeds), size=(460, 690)))


@dataclass(kw_only=True)
class Life:
    """A job of which no step was taken yet, and what must be true at its end."""

    job: TryOnResult | ClothesParse
    submits: int = 1
    status: Status = Status.SUCCEEDED
    hotspots: set[str] = field(default_factory=lambda: {"upper", "lower"})

    @property
    def picture(self):
        return self.job if isinstance(self.job, TryOnResult) else self.job.picture


def plain(_remote, _engine):
    return Life(job=queued_try_on(person=large_photo()))


def with_kept_half(_remote, _engine):
    """Of the result's parse, which every try-on has, ``plain`` tests the writes."""
    return Life(
        hotspots=set(),
        job=request_try_on(TryOnRequest(make_model_image(), [make_garment()])),
    )


def reused(_remote, _engine):
    request = TryOnRequest(make_model_image(), [make_garment()])
    work(request_try_on(request, options=REPLACE))
    return Life(job=request_try_on(request, options=REPLACE), submits=0)


def refined(_remote, _engine):
    first = queued_try_on(person=make_model_image())
    work(first)
    return Life(job=refine(first, gender="woman"), hotspots=set())


def with_lost_upload(remote, _engine):
    """The engine has forgotten the uploads of an earlier try-on of the same photo."""
    person = make_model_image()
    work(queued_try_on(person=person))
    remote.faults.add("task-failed", code="InvalidURL", message="Failed to get data")
    return Life(job=queued_try_on(person=person), submits=2, hotspots=set())


def of_unusable_photo(remote, _engine):
    remote.faults.add("task-failed", code="InvalidPerson")
    return Life(job=queued_try_on(person=make_model_image()), status=Status.FAILED, hotspots=set())


def parse(_remote, _engine):
    return Life(job=parse_clothes(make_model_image()), submits=0)


def parse_of_same_picture(_remote, _engine):
    first = make_model_image()
    work(parse_clothes(first))
    with first.image.open() as file:
        return Life(job=parse_clothes(make_model_image(data=file.read())), submits=0)


def parse_of_dress(_remote, engine):
    engine.worn = {"dress"}
    return Life(job=parse_clothes(make_model_image()), submits=0, hotspots={"dress"})


WITHOUT_PARSE = (with_kept_half, refined, with_lost_upload, of_unusable_photo)
LIVES = (
    *(plain, with_kept_half, reused, refined, with_lost_upload, of_unusable_photo),
    *(parse, parse_of_same_picture, parse_of_dress),
)
ON_A_SERVER = (plain, reused, of_unusable_photo, parse_of_dress)
"""The others make the same kinds of transactions, and take minutes there."""


@pytest.mark.parametrize(
    "begin",
    LIVES if connection.vendor == "sqlite" else ON_A_SERVER,
    ids=lambda begin: begin.__name__,
)
def test_worker_killed_at_any_write__leaves_a_step_that_can_be_repeated(
    remote, engine, settings, configure, tmp_path, begin
):
    configure(PARSE_RESULTS=begin not in WITHOUT_PARSE)
    for number in count(1):
        settings.MEDIA_ROOT = tmp_path / f"killed at write {number}"
        remote.faults.clear()
        life = begin(remote, engine)
        before = remote.stats["accepted"]
        worker = Worker(dies_at=number)
        try:
            worker.take_steps(remote)
        except Killed:
            continue_work(remote)
        accepted = remote.stats["accepted"] - before

        life.job.refresh_from_db()
        found = (life.job.status, accepted)
        assert found == (life.status, life.submits), (
            number,
            life.job.error_message,
            life.job.remote_answer,
        )
        assert_complete(life)
        if worker.writes < number:
            break
    assert number > 5


def assert_complete(life):
    assert_paid_once()
    assert_files_are_known()
    spots = list(Hotspot.objects.of(life.picture))
    assert Counter(spot.clothes_type for spot in spots) == Counter(life.hotspots)
    for spot in spots:
        assert_readable(spot.crop.name)
        assert_readable(spot.cutout.name)
    if isinstance(life.job, TryOnResult):
        assert life.job.slot is None
    if life.status == Status.SUCCEEDED:
        assert_readable(life.picture.image.name)
        assert_readable(life.picture.thumbnail.name)
        for _width, name in life.picture.renditions or []:
            assert_readable(name)
    person = life.picture if isinstance(life.picture, ModelImage) else life.picture.model_image
    person.refresh_from_db()
    assert person.is_refused == (life.status == Status.FAILED)


def assert_paid_once():
    """No job is charged twice, and each that sent a paid request is charged."""
    for model, column in ((TryOnResult, "try_on"), (ClothesParse, "clothes_parse")):
        for job in model.objects.succeeded().filter(submitted_at__isnull=False):
            charges = Charge.objects.filter(**{column: job}, is_unclear=False)
            own = charges.exclude(clothes_parse=None) if column != "try_on" else charges
            own = own.filter(remote_model=job.remote_model) if column == "try_on" else own
            assert own.count() == 1, (job, column)


def assert_files_are_known():
    """What the killed worker left behind is found by the cleanup, and nothing else is."""
    later = timezone.now() + timedelta(days=1)
    for storage, name in list(orphans(later)):
        storage.delete(name)
    for file in (path for path in Path(default_storage.location).rglob("*.*") if path.is_file()):
        name = file.relative_to(default_storage.location).as_posix()
        assert file.read_bytes() != b"half of the file", name


def assert_readable(name):
    with default_storage.open(name) as file:
        assert file.read()
