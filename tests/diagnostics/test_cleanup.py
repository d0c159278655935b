from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_outfitanyone import tasks
from django_outfitanyone.actions import approve, publish
from django_outfitanyone.choices import Review, Status
from django_outfitanyone.diagnostics import cleanup
from django_outfitanyone.engines.dashscope import OutfitAnyone
from django_outfitanyone.models import (
    Account,
    Batch,
    Charge,
    ClothesParse,
    DailyTotal,
    Garment,
    Hotspot,
    Intake,
    IntakePicture,
    KnownTask,
    ModelImage,
    TemporaryUpload,
    TryOnResult,
)
from django_outfitanyone.models.picture import unguessable_name
from tests.drawing import picture
from tests.factories import (
    make_charge,
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_try_on,
)

pytestmark = pytest.mark.django_db

OLD = timezone.now() - timedelta(days=40)


@pytest.fixture
def rules(configure):
    configure(KEEP_FAILED_DAYS=30, KEEP_UNPUBLISHED_DAYS=30, KEEP_ORPHANS_DAYS=30)


@pytest.fixture
def clean_up(django_capture_on_commit_callbacks):
    """Run the cleanup, and the callbacks of its transactions."""

    def clean(**options):
        with django_capture_on_commit_callbacks(execute=True):
            return cleanup.clean(**options)

    return clean


@pytest.mark.parametrize("dry_run", [True, False])
def test_drafts__go_with_their_files_after_their_time(clean_up, configure, dry_run):
    configure(KEEP_DRAFTS_DAYS=30)
    for age in (OLD, timezone.now()):
        intake = Intake.objects.create(subject="garment")
        Intake.objects.filter(pk=intake.pk).update(created_at=age)
        draft = IntakePicture(intake=intake, file_name="a.jpg")
        draft.image.save("a.jpg", ContentFile(picture(1)))
    old, new = IntakePicture.objects.order_by("pk")

    assert clean_up(dry_run=dry_run).drafts == 1

    kept = {old, new} if dry_run else {new}
    assert set(IntakePicture.objects.all()) == kept
    assert default_storage.exists(old.image.name) == dry_run
    assert default_storage.exists(old.thumbnail.name) == dry_run
    assert default_storage.exists(new.image.name)


def test_orphans__are_no_files_of_drafts(clean_up, rules):
    name = stored(f"outfitanyone/pictures/{unguessable_name('.webp')}")
    intake = Intake.objects.create(subject="model_photo")
    draft = IntakePicture(intake=intake, file_name="a.jpg", renditions=[[480, name]])
    draft.image.save("a.jpg", ContentFile(picture(1)))

    assert clean_up().orphans == 0
    assert default_storage.exists(name)


def finished(**columns):
    return make_try_on(**{"finished_at": OLD, **columns})


def parse(**columns):
    columns.setdefault("model_image", make_model_image())
    return ClothesParse.objects.create(**{"account": Account.of(), "finished_at": OLD, **columns})


def stored(name, *, days=40):
    """Store a file of this age that no row refers to."""
    name = default_storage.save(name, ContentFile(b"x" * 100))
    moment = time.time() - days * 86400
    os.utime(default_storage.path(name), (moment, moment))
    return name


def test_no_rules__paid_rows_and_files_are_kept(clean_up):
    finished()
    make_try_on(status=Status.FAILED, finished_at=OLD)
    orphan = stored(f"outfitanyone/results/2026/01/{unguessable_name('.jpg')}")
    report = clean_up()

    assert (report.failed, report.unpublished, report.orphans) == (0, 0, 0)
    assert TryOnResult.objects.count() == 2
    assert default_storage.exists(orphan)


def test_expired_uploads__are_removed_without_a_rule(clean_up):
    for number, hours in enumerate((-1, 1)):
        TemporaryUpload.objects.create(
            account=Account.of(),
            sha256=str(number),
            remote_model="aitryon",
            url="oss://x",
            expires_at=timezone.now() + timedelta(hours=hours),
        )
    assert clean_up().uploads == 1
    assert TemporaryUpload.objects.get().sha256 == "1"


class TestBatches:
    def test_are_removed_once_all_their_try_ons_are_deleted(self, clean_up):
        row = make_try_on(status=Status.FAILED)
        kept = Batch.objects.create(pk=row.batch, size=2, finished_at=timezone.now())
        unfinished = Batch.objects.create(size=2)
        Batch.objects.create(size=2, finished_at=timezone.now())

        assert clean_up(dry_run=True).batches == 1
        assert clean_up().batches == 1
        assert set(Batch.objects.all()) == {kept, unfinished}


class TestKnownTasks:
    """The ids of remote tasks, kept so that no task is assigned to two try-ons."""

    DAY = timedelta(days=1)

    def known(self, *ages):
        KnownTask.objects.bulk_create(
            KnownTask(account=Account.of(), task_id=f"t-{number}", known_at=timezone.now() - age)
            for number, age in enumerate(ages)
        )

    def test_are_removed_once_no_task_list_can_show_them(self, clean_up):
        self.known(40 * self.DAY, 8.1 * self.DAY, 7.9 * self.DAY, 0 * self.DAY)

        assert clean_up(dry_run=True).known_tasks == 2
        assert clean_up().known_tasks == 2
        assert set(KnownTask.objects.values_list("task_id", flat=True)) == {"t-2", "t-3"}

    def test_the_engine_says_how_long_it_lists_tasks(self, clean_up, monkeypatch):
        own = OutfitAnyone.capabilities
        listed = {"task_listed_for": 30 * self.DAY}
        monkeypatch.setattr(
            OutfitAnyone, "capabilities", lambda *args: replace(own(*args), **listed)
        )
        self.known(38 * self.DAY, 36 * self.DAY)

        assert clean_up().known_tasks == 1

    def test_are_removed_in_batches(self, clean_up, monkeypatch):
        monkeypatch.setattr(cleanup, "CHUNK", 2)
        self.known(*[40 * self.DAY] * 5)
        with CaptureQueriesContext(connection) as queries:
            assert clean_up().known_tasks == 5

        deletions = [q["sql"] for q in queries if "DELETE" in q["sql"] and "knowntask" in q["sql"]]
        assert len(deletions) >= 3

    def test_remember__keeps_the_age_of_a_known_task(self):
        self.known(40 * self.DAY)
        KnownTask.objects.remember(Account.of().pk, "t-0")

        assert KnownTask.objects.no_longer_listed().count() == 1


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELED])
def test_failed__old_ones_are_removed(rules, clean_up, status):
    make_try_on(status=status, finished_at=OLD)
    parse(status=status)
    young = make_try_on(status=status, finished_at=timezone.now())

    assert clean_up().failed == 2
    assert list(TryOnResult.objects.all()) == [young]
    assert not ClothesParse.objects.exists()


@pytest.mark.parametrize("status", [Status.NEEDS_ATTENTION, Status.RUNNING, Status.QUEUED])
def test_failed__open_and_unclear_ones_are_kept(rules, clean_up, status):
    make_try_on(status=status, finished_at=OLD)

    assert clean_up().failed == 0
    assert TryOnResult.objects.exists()


def test_failed__one_with_a_picture_is_kept(rules, clean_up):
    row = finished()
    TryOnResult.objects.filter(pk=row.pk).update(status=Status.FAILED)

    assert clean_up().failed == 0


def test_unpublished__row_and_files_are_removed_and_the_ledger_is_kept(rules, clean_up):
    row = finished()
    make_charge(try_on=row)
    spot = make_hotspot(row)
    spot.crop.save("a.jpg", ContentFile(b"crop"))
    names = [row.image.name, row.thumbnail.name, spot.crop.name]

    assert clean_up().unpublished == 1
    assert not TryOnResult.objects.exists()
    assert not Hotspot.objects.exists()
    assert [name for name in names if default_storage.exists(name)] == []
    assert Charge.objects.get().try_on is None


def test_unpublished__approved_published_and_refined_ones_are_kept(rules, clean_up):
    approved, published, young = finished(), finished(), make_try_on(finished_at=timezone.now())
    approve(approved)
    publish(published)
    base = finished()
    refinement = make_try_on(status=Status.QUEUED, refines=base)
    rejected = finished(review=Review.REJECTED)

    assert clean_up().unpublished == 1
    assert set(TryOnResult.objects.all()) == {approved, published, young, base, refinement}
    assert not TryOnResult.objects.filter(pk=rejected.pk).exists()


def test_unpublished__file_reused_by_another_row_is_kept(rules, clean_up):
    original = finished()
    copy = make_try_on(finished_at=timezone.now(), reused_from=original)
    TryOnResult.objects.filter(pk=copy.pk).update(
        image=original.image.name, thumbnail=original.thumbnail.name
    )
    assert clean_up().unpublished == 1

    copy.refresh_from_db()
    assert copy.read()
    assert default_storage.exists(copy.thumbnail.name)


def test_unpublished__many_are_removed_in_chunks(rules, clean_up, monkeypatch):
    monkeypatch.setattr(cleanup, "CHUNK", 2)
    person, garment = make_model_image(), make_garment()
    for _number in range(5):
        finished(model_image=person, garments=[garment])

    assert clean_up().unpublished == 5


def test_orphans__old_files_of_this_app_are_removed(rules, clean_up):
    names = [
        stored(f"outfitanyone/{folder}/2026/01/{unguessable_name(suffix)}")
        for folder, suffix in [
            ("results", ".jpg"),
            ("results", ".webp"),
            ("thumbnails", ".jpg"),
            ("pictures", ".png"),
            ("crops", ".jpg"),
            ("cutouts", ".png"),
        ]
    ]
    report = clean_up()

    assert (report.orphans, report.orphaned_bytes) == (6, 600)
    assert [name for name in names if default_storage.exists(name)] == []


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("outfitanyone/results/2026/01/0123456789abcdef0123456789abcdef.jpg", 29),  # too young
        ("outfitanyone/results/2026/01/holiday.jpg", 400),  # not named by this app
        ("outfitanyone/products/2026/01/0123456789abcdef0123456789abcdef.jpg", 400),
        ("outfitanyone/results/2026/01/0123456789abcdef0123456789abcdef.exe", 400),
        ("gallery/0123456789abcdef0123456789abcdef.jpg", 400),
    ],
)
def test_orphans__all_other_files_are_kept(rules, clean_up, name, days):
    name = stored(name, days=days)

    assert clean_up().orphans == 0
    assert default_storage.exists(name)


def test_orphans__files_and_smaller_copies_of_rows_are_kept(rules, clean_up, settings):
    row, spot = make_try_on(), make_hotspot(make_model_image())
    spot.crop.save(unguessable_name(".jpg"), ContentFile(b"crop"))
    row.renditions = [[320, stored(f"outfitanyone/results/2026/01/{unguessable_name('.webp')}")]]
    folder = row.image.name.rpartition("/")[0]
    copy = stored(f"{folder}/{unguessable_name('.webp')}")
    row.renditions = [[320, copy]]
    row.save()
    for path in settings.MEDIA_ROOT.rglob("*.*"):
        os.utime(path, (0, 0))

    assert clean_up().orphans == 1  # the copy in another folder than its picture
    assert default_storage.exists(copy)
    assert row.read()
    assert ModelImage.objects.get(pk=spot.model_image_id).read()


def test_orphans__original_that_is_restored_meanwhile_is_kept(rules):
    """The file moves from one column to another between two queries."""
    garment = make_garment()
    uploaded = garment.image.name
    garment.image.save("cropped", ContentFile(picture(2)), save=False)
    garment.original = uploaded
    garment.save()
    queries = []

    def restore_between(execute, sql, values, *args):
        table = sql.partition(" WHERE ")[0]
        if "django_outfitanyone_garment" in table and "/pictures/" in str(values):
            queries.append(sql)
            if len(queries) == 2:
                Garment.objects.update(image=uploaded, original="")
        return execute(sql, values, *args)

    with connection.execute_wrapper(restore_between):
        found = [name for _storage, name in cleanup.orphans(timezone.now() + timedelta(days=1))]

    assert uploaded not in found


def test_orphans__file_used_by_the_shop_is_kept(rules, clean_up):
    """A file in the shop's own gallery is no orphan, even without a row of this app."""
    name = stored(f"outfitanyone/results/2026/01/{unguessable_name('.jpg')}")
    make_product(image=name)

    assert clean_up().orphans == 0
    assert default_storage.exists(name)


def test_orphans__storage_without_modification_times_keeps_its_files(rules, clean_up, monkeypatch):
    stored(f"outfitanyone/results/2026/01/{unguessable_name('.jpg')}")

    def refuse(_storage, _name):
        raise NotImplementedError

    monkeypatch.setattr(FileSystemStorage, "get_modified_time", refuse)
    assert clean_up().orphans == 0


def test_dry_run__counts_the_same_and_removes_nothing(rules, clean_up):
    finished()
    make_try_on(status=Status.FAILED, finished_at=OLD)
    stored(f"outfitanyone/results/2026/01/{unguessable_name('.jpg')}")
    expected = clean_up(dry_run=True)

    assert TryOnResult.objects.count() == 2
    assert expected.orphans == expected.failed == expected.unpublished == 1
    assert clean_up() == expected


def test_task__cleans(rules):
    make_try_on(status=Status.FAILED, finished_at=OLD)
    tasks.clean()

    assert not TryOnResult.objects.exists()


def test_daily_totals__are_corrected_but_only_counted_by_a_dry_run():
    make_charge()
    DailyTotal.objects.update(charges=9)

    assert cleanup.clean(dry_run=True).daily_totals == 1
    assert DailyTotal.objects.get().charges == 9
    assert cleanup.clean().daily_totals == 1
    assert DailyTotal.objects.get().charges == 1
