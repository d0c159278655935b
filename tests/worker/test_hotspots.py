"""Hotspots from parses, and copies of them on pictures with the same contents."""

from __future__ import annotations

import hashlib
from contextlib import closing
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from django_outfitanyone.actions import correct_hotspot, parse_clothes, retry
from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.models import ClothesParse, Hotspot
from django_outfitanyone.pictures.images import fingerprint
from django_outfitanyone.worker.parse import collect
from django_outfitanyone.worker.uploads import read_stored
from tests.drawing import picture
from tests.factories import make_garment, make_hotspot, make_model_image
from tests.work import claimed, step, work
from tests.worker.photos import boxes, same_photos

pytestmark = pytest.mark.django_db


@pytest.fixture
def parse_files(settings):
    """Return the names of the stored crops and cut-outs."""

    def names():
        root = Path(settings.MEDIA_ROOT) / "outfitanyone"
        files = [*(root / "crops").rglob("*.*"), *(root / "cutouts").rglob("*.*")]
        return sorted(file.name for file in files)

    return names


def collecting_parse(photo):
    """Return a parse whose answer is paid for but whose pictures are not downloaded."""
    parse = parse_clothes(photo)
    while parse.status != Status.COLLECTING:
        step(parse)
    return parse


def _fail(*_args, **_kwargs):
    raise RuntimeError("as if by a bug")


class TestStoredAreas:
    def test_crop_is_stored_byte_for_byte(self, remote):
        photo = make_model_image()
        work(parse_clothes(photo, ["upper"]))

        spot = Hotspot.objects.of(photo).get()
        with spot.crop.open() as file:
            crop = file.read()
        assert spot.crop_sha256 == hashlib.sha256(crop).hexdigest()
        assert spot.crop.name.endswith((".jpg", ".png"))

    def test_failed_download_of_another_area_leaves_nothing_behind(self, remote, parse_files):
        photo = make_model_image()
        parse = collecting_parse(photo)
        remote.faults.add("cut-short", times=4)
        for _time in range(4):
            step(parse)
            assert (parse.status, parse_files(), boxes(photo)) == (Status.COLLECTING, [], {})

        step(parse)
        assert set(boxes(photo)) == {"upper", "lower"}
        assert len(parse_files()) == 4

    @pytest.mark.parametrize("failing", [1, 2, 3, 4])
    def test_storage_outage_leaves_no_file_behind_per_retry(
        self, remote, monkeypatch, parse_files, failing
    ):
        photo = make_model_image()
        parse = collecting_parse(photo)
        save, names = FileSystemStorage._save, []

        def save_or_fail(storage, name, content):
            names.append(name)
            if len(names) % failing == 0:
                raise OSError(28, "No space left on device")
            return save(storage, name, content)

        monkeypatch.setattr(FileSystemStorage, "_save", save_or_fail)
        for _time in range(3):
            step(parse)
            assert (parse.error_code, parse_files()) == ("UnexpectedFault", [])

        monkeypatch.setattr(FileSystemStorage, "_save", save)
        step(parse)
        assert len(parse_files()) == 4

    def test_hotspots_and_status_are_written_together(self, remote, monkeypatch, parse_files):
        photo = make_model_image()
        parse = collecting_parse(photo)
        with monkeypatch.context() as patch:
            patch.setattr(ClothesParse, "mark_succeeded", _fail)
            step(parse)

        assert (parse.status, parse.error_code) == (Status.COLLECTING, "UnexpectedFault")
        assert (boxes(photo), parse_files()) == ({}, [])

    def test_parse_that_finds_the_same_again_keeps_the_stored_files(self, remote, parse_files):
        photo = make_model_image()
        work(parse_clothes(photo))
        before = parse_files()
        work(parse_clothes(photo, again=True))

        assert remote.stats["parses"] == 2
        assert parse_files() == before

    def test_box_is_clipped_to_the_picture(self, remote, monkeypatch):
        from outfitanyone_local.sandbox import rectangle_engine

        monkeypatch.setattr(rectangle_engine, "box_of", lambda image, kind: (50, 60, 150, 290))
        photo = make_model_image()
        parse = parse_clothes(photo, ["upper"])
        while parse.status != Status.COLLECTING:
            step(parse)
        answer = parse.remote_answer
        answer["areas"][0]["box"] = [-5, 60, 5000, 150]
        ClothesParse.objects.update(remote_answer=answer)
        work(parse)

        assert boxes(photo) == {"upper": (0, 60, 200, 150)}

    def test_correction_by_a_person_stays(self, remote):
        photo = make_model_image()
        spot = make_hotspot(photo, "upper", box=(1, 2, 30, 40))
        correct_hotspot(spot)

        work(parse_clothes(photo, ["upper"]))

        spot.refresh_from_db()
        assert spot.box == (1, 2, 30, 40)
        assert spot.machine_box == [50, 60, 150, 150]
        assert spot.crop

    def test_replaced_photo_gets_new_boxes(self, remote):
        photo = make_model_image()
        work(parse_clothes(photo, ["upper"]))
        photo.image.save("other.jpg", ContentFile(picture(77, size=(400, 600))))
        assert boxes(photo) == {}  # hotspots of the old file are not shown on the new one

        work(parse_clothes(photo, ["upper"]))

        assert boxes(photo) == {"upper": (100, 120, 300, 300)}

    def test_replaced_photo_gets_the_crop_of_its_new_file(self, remote, monkeypatch):
        photo = make_model_image()
        work(parse_clothes(photo, ["upper"]))
        photo.image.save("other.jpg", ContentFile(picture(77, size=(400, 600))))
        parse = parse_clothes(photo, ["upper"])
        while parse.status != Status.COLLECTING:
            step(parse)
        answer = parse.remote_answer
        answer["areas"][0] |= {"crop_url": "", "cutout_url": ""}
        ClothesParse.objects.filter(pk=parse.pk).update(remote_answer=answer)
        work(parse)

        spot = Hotspot.objects.of(photo).get()
        left, top, right, bottom = spot.box
        assert (spot.crop_width, spot.crop_height) == (right - left, bottom - top)
        assert spot.crop_sha256 == fingerprint(read_stored(spot.crop))
        assert spot.cutout.name == ""

    @pytest.mark.parametrize("status", [Status.QUEUED, Status.PREPARING])
    def test_photo_replaced_before_the_call_is_not_paid_for(self, remote, status):
        photo = make_model_image()
        parse = parse_clothes(photo)
        ClothesParse.objects.update(status=status)
        photo.image.save("other.jpg", ContentFile(picture(77)))
        work(parse)

        assert (parse.status, parse.error_code) == (Status.FAILED, "PictureReplaced")
        assert remote.stats["parses"] == 0

    def test_photo_replaced_before_known_areas_are_copied_gets_none(self, remote):
        first, second = same_photos(2)
        work(parse_clothes(first))
        parse = parse_clothes(second)
        second.image.save("other.jpg", ContentFile(picture(77)))
        work(parse)

        assert (parse.status, parse.error_code) == (Status.FAILED, "PictureReplaced")
        assert not second.hotspots.exists()

    def test_photo_replaced_after_the_call_gets_no_box_of_its_old_file(self, remote, parse_files):
        photo = make_model_image()
        parse = collecting_parse(photo)
        photo.image.save("other.jpg", ContentFile(picture(77, size=(400, 600))))
        work(parse)

        assert (parse.status, parse.error_code) == (Status.FAILED, "PictureReplaced")
        assert not photo.hotspots.exists()
        assert parse_files() == []

    def test_photo_replaced_during_the_downloads_keeps_what_was_found_in_its_new_file(self, remote):
        photo = make_model_image()
        late = claimed(collecting_parse(photo))
        photo.image.save("other.jpg", ContentFile(picture(77, size=(400, 600))))
        correct_hotspot(spot := make_hotspot(photo, "upper", box=(1, 2, 30, 40)))
        with closing(conf.default_engine.load()) as engine, pytest.raises(RequestRefused):
            collect(late, engine)

        spot.refresh_from_db()
        assert (spot.box, spot.is_corrected) == ((1, 2, 30, 40), True)

    def test_retry_parses_the_new_file_of_a_replaced_photo(self, remote):
        photo = make_model_image()
        parse = collecting_parse(photo)
        photo.image.save("other.jpg", ContentFile(picture(77, size=(400, 600))))
        work(parse)
        retry(ClothesParse.objects.get())
        work(parse)

        assert parse.status == Status.SUCCEEDED
        assert boxes(photo)["upper"] == (100, 120, 300, 300)

    def test_sizes_of_crop_and_cutout_are_stored(self, remote):
        photo = make_model_image()
        work(parse_clothes(photo, ["upper"]))

        spot = Hotspot.objects.of(photo).get()
        assert (spot.crop_width, spot.crop_height) == (100, 90)
        assert (spot.cutout_width, spot.cutout_height) == (100, 90)


class TestCopyAreas:
    def test_copies_share_boxes_and_crops(self, remote):
        first, second = same_photos(2)
        work(parse_clothes(first))
        work(parse_clothes(second))

        assert boxes(second) == boxes(first)
        for name in ("crop", "crop_sha256", "crop_width", "cutout", "cutout_height"):
            known = first.hotspots.values_list(name, flat=True)
            assert list(second.hotspots.values_list(name, flat=True)) == list(known)
            assert all(known)

    def test_copy_has_the_machine_box_and_keeps_its_own_corrections(self, remote):
        first, second = same_photos(2)
        corrected = make_hotspot(second, "lower", box=(1, 2, 30, 40))
        correct_hotspot(corrected)
        work(parse_clothes(first))
        worn = first.hotspots.get(clothes_type="upper")
        worn.product = make_garment().product
        worn.x1 += 5
        worn.save()
        correct_hotspot(worn)
        work(parse_clothes(second))

        copied = second.hotspots.get(clothes_type="upper")
        assert copied.product == worn.product
        assert copied.box == (50, 60, 150, 150)
        assert boxes(second)["lower"] == (1, 2, 30, 40)

    def test_product_that_a_person_removed_stays_removed(self, remote):
        first, second = same_photos(2)
        work(parse_clothes(first))
        first.hotspots.update(product=make_garment().product)
        correct_hotspot(make_hotspot(second, "upper", product=None))
        work(parse_clothes(second))

        assert second.hotspots.get(clothes_type="upper").product is None
        assert second.hotspots.get(clothes_type="lower").product is not None

    def test_deleted_original_leads_to_a_new_parse(self, remote):
        first, second = same_photos(2)
        work(parse_clothes(first))
        first.hotspots.filter(clothes_type="upper").delete()
        work(parse_clothes(second))

        assert remote.stats["parses"] == 2
        assert set(boxes(second)) == {"upper", "lower"}

    def test_what_was_found_in_a_later_file_of_the_original_is_not_copied(self, remote):
        first, second = same_photos(2)
        work(parse_clothes(first))
        first.image.save("other.jpg", ContentFile(picture(77, size=(400, 600))))
        work(parse_clothes(first))
        work(parse_clothes(second))

        assert remote.stats["parses"] == 3
        assert boxes(second)["upper"] == (50, 60, 150, 150)

    def test_any_complete_original_is_copied(self, remote):
        first, second, third = same_photos(3)
        for photo in (first, second):
            work(parse_clothes(photo))
        second.hotspots.all().delete()
        work(parse_clothes(third))

        assert remote.stats["parses"] == 1
        assert boxes(third) == boxes(first)
