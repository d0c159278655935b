"""The half of the person's own clothes that a try-on keeps, over HTTP with the sandbox."""

from __future__ import annotations

import io
import socket
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.utils import timezone
from PIL import Image

from django_outfitanyone.actions import correct_hotspot, parse_clothes, retry
from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.diagnostics.cleanup import orphans
from django_outfitanyone.models import ClothesParse, Hotspot, TryOnResult
from outfitanyone_local.sandbox import rectangle_engine, responses
from outfitanyone_local.sandbox.image_service import ImageService
from tests.drawing import picture
from tests.factories import make_garment, make_model_image, make_staff, make_try_on
from tests.work import queued_try_on, step, work
from tests.worker.photos import boxes

pytestmark = pytest.mark.django_db

PUBLIC = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))]
NARROW = {"upper": (200, 100, 420, 360), "lower": (200, 360, 337, 659)}
"""Boxes in a photo of 540 x 720 pixels; the lower one has 137 x 299."""


def assert_due_in(try_on, *, seconds):
    assert abs(try_on.due_at - timezone.now() - timedelta(seconds=seconds)) < timedelta(seconds=1.5)


class TestWaiting:
    """A try-on that keeps the other half waits for a parse of the model photo."""

    @pytest.fixture
    def parse(self, try_on):
        step(try_on)
        return ClothesParse.objects.get()

    @pytest.fixture
    def try_on(self, remote):
        try_on = queued_try_on(keep_other_half=True)
        TryOnResult.objects.update(requested_by=make_staff())
        try_on.refresh_from_db()
        return try_on

    def test_photo_is_parsed_for_both_halves(self, try_on, parse):
        assert (parse.model_image, parse.types) == (try_on.model_image, ["upper", "lower"])
        assert not parse.is_automatic
        assert parse.requested_by == try_on.requested_by
        assert (try_on.status, try_on.is_prepared) == (Status.PREPARING, False)
        assert_due_in(try_on, seconds=2)

    def test_parse_that_needs_a_decision_blocks_it(self, try_on, parse):
        ClothesParse.objects.update(status=Status.NEEDS_ATTENTION)
        step(try_on)

        assert (try_on.status, try_on.error_code) == (Status.PREPARING, "SearchNeedsAttention")
        assert try_on.error_message == f"Clothes parse {parse.pk} needs a decision first."
        assert_due_in(try_on, seconds=60)

    @pytest.mark.parametrize(
        ("status", "code"),
        [(Status.CANCELED, "SearchCanceled"), (Status.FAILED, "InvalidPerson")],
    )
    def test_parse_that_brought_nothing_fails_it(self, remote, try_on, parse, status, code):
        ended = {"finished_at": timezone.now(), "open_key": None}
        ClothesParse.objects.update(
            status=status, error_code="InvalidPerson", error_message="No person.", **ended
        )
        step(try_on)

        assert (try_on.status, try_on.error_code) == (Status.FAILED, code)
        assert ("No person." in try_on.error_message) is (status == Status.FAILED)
        assert remote.stats["submits"] == 0

    def test_parse_that_failed_before_the_try_on_was_requested_is_repeated(self, try_on, parse):
        long_ago = timezone.now() - timedelta(hours=1)
        ClothesParse.objects.update(status=Status.FAILED, finished_at=long_ago, open_key=None)
        step(try_on)

        assert try_on.is_open
        assert ClothesParse.objects.open().exclude(pk=parse.pk).exists()

    def test_photo_without_that_half_fails_it(self, remote, try_on, parse):
        while parse.is_open:
            step(parse)
        Hotspot.objects.filter(clothes_type="lower").update(crop="")
        step(try_on)

        assert (try_on.status, try_on.error_code) == (Status.FAILED, "NothingToKeep")
        assert remote.stats["submits"] == 0


@pytest.fixture
def sent(monkeypatch):
    """The files that the sandbox reads for try-ons, by the part they play."""
    files = {}
    make = ImageService.make

    def noting(service, request, *, account, model):
        addresses = {
            "person": request.person_image_url,
            "top": request.top_garment_url,
            "bottom": request.bottom_garment_url,
        }
        for name, url in addresses.items():
            if url:
                files[name] = service._downloads.fetch(
                    url, account=account, model=model, resolve_uploads=True
                )
        return make(service, request, account=account, model=model)

    monkeypatch.setattr(ImageService, "make", noting)
    return files


@pytest.fixture
def narrow_clothes(monkeypatch):
    """A photo of 540 x 720 pixels in which the test engine finds a narrow lower half."""
    monkeypatch.setattr(rectangle_engine, "box_of", lambda _image, kind: NARROW[kind])
    return make_model_image(data=picture(1, size=(540, 720)))


def keeping(half, photo):
    """Return a finished try-on that keeps this half of the photo."""
    kind = GarmentKind.TOP if half == "lower" else GarmentKind.BOTTOM
    columns = {"model_image": photo, "keep": half, "status": Status.QUEUED}
    try_on = make_try_on(garments=[make_garment(kind)], **columns)
    work(try_on)
    return try_on


def stored(file):
    with file.open() as opened:
        return opened.read()


def crop_of(photo, half):
    return stored(photo.hotspots.get(clothes_type=half).crop)


class TestCrop:
    """What is sent as the garment of the kept half."""

    def test_narrow_crop_is_sent_on_plain_ground_and_stays_stored_as_it_came(
        self, remote, engine, sent, narrow_clothes
    ):
        assert keeping("lower", narrow_clothes).status == Status.SUCCEEDED
        assert ("try_on", True, False, ["lower"]) in engine.calls  # the sandbox knows its crop

        with Image.open(io.BytesIO(sent["bottom"])) as garment:
            assert (garment.size, garment.mode) == ((151, 299), "RGB")
            inner = np.asarray(garment)[:, 7:144]
            ground = np.asarray(garment)[:, :7]
        with Image.open(io.BytesIO(crop_of(narrow_clothes, "lower"))) as crop:
            assert crop.size == (137, 299)
            assert np.array_equal(inner, np.asarray(crop.convert("RGB")))
        assert ground.std() == 0
        assert 5 * 1024 <= len(sent["bottom"]) <= 5 * 1024 * 1024

    def test_crop_that_is_large_enough_is_sent_byte_for_byte(self, remote, sent, narrow_clothes):
        keeping("upper", narrow_clothes)

        assert sent["top"] == crop_of(narrow_clothes, "upper")

    def test_padded_crop_is_uploaded_once_for_many_try_ons(
        self, remote, sent, narrow_clothes, configure
    ):
        configure(PARSE_RESULTS=False)
        keeping("lower", narrow_clothes)
        first, uploads = sent["bottom"], remote.stats["uploads"]
        keeping("lower", narrow_clothes)

        assert sent["bottom"] == first
        assert remote.stats["uploads"] == uploads + 1  # the other top

    def test_padded_crop_is_uploaded_although_stored_files_have_public_addresses(
        self, remote, narrow_clothes, settings, configure, monkeypatch
    ):
        """The copy on plain ground is not stored, so it has no address."""
        work(parse_clothes(narrow_clothes))
        uploads = remote.stats["uploads"]
        settings.MEDIA_URL = "https://media.shop.example/"
        configure(DELIVERY="url")
        try_on = make_try_on(model_image=narrow_clothes, keep="lower", status=Status.QUEUED)
        step(try_on)

        assert try_on.is_prepared
        assert remote.stats["uploads"] == uploads + 1

    def test_forgotten_upload_of_a_padded_crop_is_repeated(self, remote, sent, narrow_clothes):
        keeping("lower", narrow_clothes)
        remote.sandbox.storage.clear()
        try_on = keeping("lower", narrow_clothes)

        assert (try_on.status, try_on.error_code) == (Status.SUCCEEDED, "")

    @pytest.mark.parametrize("content", [None, b"", b"not a picture" * 999])
    @pytest.mark.parametrize("half", ["upper", "lower"])
    def test_crop_that_the_storage_lost_or_damaged_is_replaced_by_a_new_parse(
        self, remote, narrow_clothes, configure, half, content
    ):
        configure(PARSE_RESULTS=False)
        work(parse_clothes(narrow_clothes))
        path = Path(narrow_clothes.hotspots.get(clothes_type=half).crop.path)
        path.unlink() if content is None else path.write_bytes(content)
        try_on = keeping(half, narrow_clothes)
        assert (try_on.status, try_on.error_code) == (Status.FAILED, "CropUnusable")
        assert remote.stats["submits"] == 0

        work(parse_clothes(narrow_clothes, again=True))
        retry(try_on)
        work(try_on)
        assert try_on.status == Status.SUCCEEDED

    def test_crop_of_an_earlier_file_of_the_photo_is_not_sent(self, remote, sent, narrow_clothes):
        keeping("lower", narrow_clothes)
        old = crop_of(narrow_clothes, "lower")
        narrow_clothes.image.save("new.jpg", io.BytesIO(picture(2, size=(540, 720))))
        keeping("lower", narrow_clothes)

        new = crop_of(narrow_clothes, "lower")
        assert new != old
        with Image.open(io.BytesIO(sent["bottom"])) as garment:
            inner = np.asarray(garment)[:, 7:144]
        with Image.open(io.BytesIO(new)) as crop:
            assert np.array_equal(inner, np.asarray(crop.convert("RGB")))


class TestOneCall:
    """One paid call for the halves of a photo, in whatever order they are wanted."""

    def test_serves_both_halves_and_later_hotspots(self, remote, configure):
        configure(PARSE_RESULTS=False)
        photo = make_model_image(data=picture(3, size=(400, 600)))
        assert keeping("lower", photo).status == Status.SUCCEEDED
        assert keeping("upper", photo).status == Status.SUCCEEDED
        work(parse_clothes(photo))

        assert remote.stats["parses"] == 1
        assert set(boxes(photo)) == {"upper", "lower"}

    def test_of_a_photo_without_halves_is_not_followed_by_one_for_a_dress(
        self, remote, engine, configure
    ):
        """The try-on needs no dress, and no request has asked for one."""
        configure(PARSE_RESULTS=False)
        engine.worn = {"dress"}
        photo = make_model_image()
        try_on = keeping("lower", photo)

        assert (try_on.status, try_on.error_code) == (Status.FAILED, "NothingToKeep")
        assert remote.stats["parses"] == 1

        work(parse_clothes(photo))
        assert remote.stats["parses"] == 2
        assert set(boxes(photo)) == {"dress"}

    def test_known_half_is_used_although_a_later_parse_of_both_failed(self, remote, configure):
        configure(PARSE_RESULTS=False)
        photo = make_model_image(data=picture(4, size=(400, 600)))
        work(parse_clothes(photo, ["lower"]))
        try_on = make_try_on(model_image=photo, keep="lower", status=Status.QUEUED)
        failed = parse_clothes(photo)
        ClothesParse.objects.filter(pk=failed.pk).update(
            status=Status.FAILED, finished_at=timezone.now(), open_key=None
        )
        work(try_on)

        assert try_on.status == Status.SUCCEEDED
        assert remote.stats["parses"] == 1


class TestLostHotspot:
    """The crop of the half was found once, but the photo has no hotspot of it any more."""

    @pytest.fixture
    def photo(self, remote, configure):
        configure(PARSE_RESULTS=False)
        photo = make_model_image(data=picture(6, size=(400, 600)))
        work(parse_clothes(photo))
        return photo

    def test_deleted_one_leads_to_a_new_parse(self, remote, photo):
        correct_hotspot(photo.hotspots.get(clothes_type="upper"))
        photo.hotspots.filter(clothes_type="lower").delete()

        assert keeping("lower", photo).status == Status.SUCCEEDED
        assert remote.stats["parses"] == 2
        assert photo.hotspots.get(clothes_type="upper").is_corrected

    def test_one_of_a_file_that_came_back_leads_to_a_new_parse(self, remote, photo):
        for number in (7, 6):
            photo.image.save("other.jpg", io.BytesIO(picture(number, size=(400, 600))))
            assert keeping("lower", photo).status == Status.SUCCEEDED

        assert remote.stats["parses"] == 3

    def test_new_parse_that_fails_is_not_repeated(self, remote, photo):
        photo.hotspots.all().delete()
        remote.faults.add("error", endpoint="parse", code="InvalidParameter", times=9)
        try_on = keeping("lower", photo)

        assert (try_on.status, try_on.error_code) == (Status.FAILED, "InvalidParameter")
        assert ClothesParse.objects.failed().count() == 1


class TestCropWithoutBox:
    """The answer has the garment of a half, but not where it is."""

    @pytest.fixture
    def photo(self, remote, configure, monkeypatch):
        body_of = responses.parse_body

        def without_lower_box(*args, **kwargs):
            body = body_of(*args, **kwargs)
            body["output"]["bbox"][-1] = None
            return body

        configure(PARSE_RESULTS=False)
        monkeypatch.setattr(responses, "parse_body", without_lower_box)
        return make_model_image(data=picture(5, size=(400, 600)))

    def test_is_kept_and_makes_no_hotspot(self, remote, photo, sent):
        try_on = keeping("lower", photo)

        assert try_on.status == Status.SUCCEEDED
        assert sent["bottom"] == stored(photo.clothesparses.get().lower_crop)
        assert set(boxes(photo)) == {"upper"}
        assert remote.stats["parses"] == 1

    def test_is_kept_although_a_later_parse_does_not_have_it(self, remote, engine, photo, sent):
        work(parse_clothes(photo))
        engine.worn = {"upper"}
        work(parse_clothes(photo, again=True))

        assert keeping("lower", photo).status == Status.SUCCEEDED
        assert sent["bottom"]

    def test_serves_a_photo_with_the_same_contents(self, remote, photo):
        other = make_model_image(data=picture(5, size=(400, 600)))
        work(parse_clothes(photo), parse_clothes(other))

        assert keeping("lower", other).status == Status.SUCCEEDED
        assert remote.stats["parses"] == 1

    def test_of_a_result_is_of_no_use_and_not_downloaded(self, remote, photo):
        result = make_try_on(model_image=photo)
        work(parse_clothes(result))

        parse = result.clothesparses.get()
        assert (parse.status, parse.lower_crop.name) == (Status.SUCCEEDED, "")
        assert set(boxes(result)) == {"upper"}

    def test_is_deleted_again_if_the_parse_cannot_be_written(
        self, remote, photo, monkeypatch, settings
    ):
        def fail(*_args, **_columns):
            raise RuntimeError("as if by a bug")

        parse = parse_clothes(photo)
        while parse.status != Status.COLLECTING:
            step(parse)
        with monkeypatch.context() as patch:
            patch.setattr(ClothesParse, "mark_succeeded", fail)
            step(parse)

        assert parse.status == Status.COLLECTING
        assert list((settings.MEDIA_ROOT / "outfitanyone" / "crops").rglob("*.jpg")) == []

    def test_is_no_orphan(self, remote, photo):
        work(parse_clothes(photo))

        assert list(orphans(timezone.now() + timedelta(days=1))) == []
