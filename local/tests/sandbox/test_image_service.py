"""The pictures of a request: try-on, partial try-on, refining, parsing."""

from __future__ import annotations

import io

import numpy as np
import pytest
import requests
from PIL import Image

from drawing.noise import picture_bytes, read_pixels
from outfitanyone_local.sandbox.http_server import SandboxServer
from outfitanyone_local.sandbox.options import Options
from outfitanyone_local.sandbox.rectangle_engine import RectangleEngine, box_of

from .conftest import Api

RED = (200, 10, 10)


@pytest.fixture
def red(shop):
    return shop.serve(picture_bytes(colour=RED, file_format="BMP"), path="/red.bmp")


@pytest.fixture
def result(api):
    """The picture of a finished try-on."""

    def make(**fields):
        output = api.finished(api.submitted(**fields))
        assert output["task_status"] == "SUCCEEDED", output
        return requests.get(output["image_url"], timeout=10).content

    return make


def region(pixels, kind):
    """The middle of the clothes, away from the preview mark."""
    x1, y1, x2, y2 = box_of(pixels, kind)
    return pixels[y1 + 5 : y2 - 5, x1 + 5 : x2 - 5].astype(int)


def close(pixels, colour, *, within=12):
    return abs(pixels - np.asarray(colour)).max() <= within


class TestTryOn:
    def test_result__is_a_jpeg_in_the_size_of_the_person_picture(self, result, person, red):
        image = Image.open(io.BytesIO(result(person_image_url=person, top_garment_url=red)))
        assert (image.format, image.size) == ("JPEG", (300, 400))

    @pytest.mark.parametrize(
        ("resolution", "size"),
        [(-1, (300, 400)), (1024, (576, 1024)), (1280, (720, 1280)), (512, (288, 512))],
    )
    def test_result__has_the_requested_size(self, result, person, red, resolution, size):
        data = result(
            person_image_url=person, top_garment_url=red, parameters={"resolution": resolution}
        )
        assert Image.open(io.BytesIO(data)).size == size

    def test_result__new_face_is_accepted_but_not_made(self, result, person, red):
        parameters = {"restore_face": False}
        assert result(person_image_url=person, top_garment_url=red, parameters=parameters)

    def test_top__changes_the_upper_half(self, result, person, red):
        pixels = read_pixels(result(person_image_url=person, top_garment_url=red))
        assert close(region(pixels, "upper"), RED)
        assert not close(region(pixels, "lower"), RED)

    def test_bottom__changes_the_lower_half(self, result, person, red):
        pixels = read_pixels(result(person_image_url=person, bottom_garment_url=red))
        assert close(region(pixels, "lower"), RED)

    @pytest.mark.parametrize("model", ["aitryon", "aitryon-plus"])
    def test_person__none_or_several(self, api, red, model):
        output = api.finished(api.submitted(model=model, person_image_url=red, top_garment_url=red))
        assert (output["task_status"], output["code"], output["message"]) == (
            "FAILED",
            "InvalidPerson",
            (
                "The input image has no human body or multi human bodies. "
                "Please upload other image with single person."
            ),
        )

    def test_garment__unrecognisable(self, api, shop, person):
        black = shop.serve(picture_bytes(colour=(0, 0, 0), file_format="BMP"))
        output = api.finished(api.submitted(person_image_url=person, top_garment_url=black))
        assert output["code"] == "InvalidGarment"

    def test_engine__exception_refuses_the_garment_and_is_logged(
        self, api, engine, person, red, caplog
    ):
        engine.failure = ZeroDivisionError("inside")
        output = api.finished(api.submitted(person_image_url=person, top_garment_url=red))
        assert (output["task_status"], output["code"]) == ("FAILED", "InvalidPerson")
        assert output["sandbox_findings"] == ["engine_failed"]
        assert "inside" not in str(output)
        assert "ZeroDivisionError: inside" in caplog.text
        engine.failure = None
        task = api.submitted(person_image_url=person, top_garment_url=red)
        assert api.finished(task)["task_status"] == "SUCCEEDED"

    @pytest.mark.parametrize(
        ("method", "code"),
        [
            ("check_person", "InvalidPerson"),
            ("check_garment", "InvalidGarment"),
            ("try_on", "InvalidGarment"),
        ],
    )
    def test_engine__exception_refuses_the_picture_in_question(
        self, api, engine, person, red, monkeypatch, method, code
    ):
        def fail(*_, **__):
            raise IndexError("inside")

        monkeypatch.setattr(engine, method, fail)
        output = api.finished(api.submitted(person_image_url=person, top_garment_url=red))
        assert (output["code"], output["sandbox_findings"]) == (code, ["engine_failed"])

    def test_engine__want_of_memory_says_nothing_about_the_picture(
        self, api, engine, person, red, caplog
    ):
        engine.failure = MemoryError()
        output = api.finished(api.submitted(person_image_url=person, top_garment_url=red))
        assert (output["task_status"], output["code"]) == ("FAILED", "InternalError.Algo")
        assert "MemoryError" in caplog.text

    def test_engine__exception_while_parsing_refuses_the_person(self, api, engine, person, caplog):
        engine.failure = ZeroDivisionError("inside")
        response = api.parse(person)
        assert (response.status_code, response.json()["code"]) == (400, "InvalidPerson")
        assert "ZeroDivisionError: inside" in caplog.text


class TestParse:
    def test_body__is_in_the_order_of_the_sample(self, api, person):
        response = api.parse(person, ["upper"])
        assert response.status_code == 200
        assert list(response.json()) == ["output", "usage", "request_id"]
        assert list(response.json()["output"]) == ["bbox", "parsing_img_url", "crop_img_url"]
        assert response.json()["usage"] == {"image_count": 1}

    @pytest.mark.parametrize(
        "clothes", [["upper"], ["lower"], ["upper", "lower"], ["lower", "upper"]]
    )
    def test_lists__are_in_the_requested_order(self, api, person, clothes):
        output = api.parse(person, clothes).json()["output"]
        picture = np.zeros((400, 300))
        assert output["bbox"] == [list(box_of(picture, kind)) for kind in clothes]
        assert len(output["crop_img_url"]) == len(output["parsing_img_url"]) == len(clothes)

    def test_clothes_type__is_the_top_by_default(self, api, person):
        default, upper = api.parse(person).json(), api.parse(person, ["upper"]).json()
        assert default["output"]["bbox"] == upper["output"]["bbox"]

    def test_nothing_found__is_null_in_all_three_lists(self, api, person):
        body = api.parse(person, ["dress"]).json()
        assert body["output"] == {"bbox": [None], "parsing_img_url": [None], "crop_img_url": [None]}
        assert body["usage"] == {"image_count": 1}

    def test_nothing_found__in_one_of_two(self, api, engine, person):
        engine.worn = {"lower"}
        output = api.parse(person, ["upper", "lower"]).json()["output"]
        assert [box is None for box in output["bbox"]] == [True, False]
        assert [url is None for url in output["crop_img_url"]] == [True, False]

    def test_files__are_an_rgba_png_and_an_rgb_jpeg(self, api, person):
        output = api.parse(person, ["upper"]).json()["output"]
        (cutout_url,), (crop_url,) = output["parsing_img_url"], output["crop_img_url"]
        assert cutout_url.partition("?")[0].endswith(".png")
        assert crop_url.partition("?")[0].endswith(".jpg")
        cutout = Image.open(io.BytesIO(requests.get(cutout_url, timeout=5).content))
        crop = Image.open(io.BytesIO(requests.get(crop_url, timeout=5).content))
        assert (cutout.format, cutout.mode) == ("PNG", "RGBA")
        assert (crop.format, crop.mode) == ("JPEG", "RGB")

    def test_person__none_or_several(self, api, red):
        response = api.parse(red)
        assert (response.status_code, response.json()["code"]) == (400, "InvalidPerson")

    def test_person__none_can_mean_nothing_found(self, api, server, red):
        server.change_options(parse_refusals="nulls")
        assert api.parse(red, ["upper", "lower"]).json()["output"]["bbox"] == [None, None]

    def test_parse__creates_no_task(self, api, server, person):
        api.parse(person)
        assert api.listed().json()["total"] == 0
        assert server.stats["parses"] == 1


class TestPartialTryOn:
    """The crop of a half, sent as a garment, keeps that half."""

    @pytest.fixture
    def person(self, shop):
        return shop.serve(picture_bytes(400, 600, seed=1), path="/person.png")

    def crop(self, api, person, kind):
        return api.parse(person, [kind]).json()["output"]["crop_img_url"][0]

    @pytest.fixture
    def narrow(self, shop):
        """A model photo whose halves are 80 pixels wide, with colours that JPEG keeps."""
        coarse = Image.open(io.BytesIO(picture_bytes(20, 50, seed=8)))
        file = io.BytesIO()
        coarse.resize((160, 400), Image.Resampling.BICUBIC).save(file, "PNG")
        return shop.serve(file.getvalue(), path="/narrow.png")

    def test_crop__keeps_the_top_while_the_bottom_changes(self, api, engine, person, red, result):
        crop = self.crop(api, person, "upper")
        pixels = read_pixels(
            result(person_image_url=person, top_garment_url=crop, bottom_garment_url=red)
        )
        assert engine.calls[-1] == ("try_on", False, True, ["upper"])
        assert close(region(pixels, "lower"), RED)

    def test_crop__keeps_the_bottom_while_the_top_changes(self, api, engine, person, red, result):
        crop = self.crop(api, person, "lower")
        result(person_image_url=person, top_garment_url=red, bottom_garment_url=crop)
        assert engine.calls[-1] == ("try_on", True, False, ["lower"])

    def test_crop__stored_by_the_client_and_uploaded_again(
        self, api, engine, shop, person, red, result
    ):
        stored = requests.get(self.crop(api, person, "upper"), timeout=5).content
        again = shop.serve(stored, path="/stored.jpg")
        result(person_image_url=person, top_garment_url=again, bottom_garment_url=red)
        assert engine.calls[-1] == ("try_on", False, True, ["upper"])

    def test_crop__kept_as_png_with_its_metadata(self, api, engine, shop, person, red, result):
        stored = Image.open(
            io.BytesIO(requests.get(self.crop(api, person, "upper"), timeout=5).content)
        )
        file = io.BytesIO()
        stored.save(file, "PNG", exif=stored.getexif())
        again = shop.serve(file.getvalue(), path="/stored.png")
        result(person_image_url=person, top_garment_url=again, bottom_garment_url=red)
        assert engine.calls[-1] == ("try_on", False, True, ["upper"])

    def test_crop__of_another_person_is_a_normal_garment(
        self, api, engine, shop, person, red, result
    ):
        other = shop.serve(picture_bytes(400, 600, seed=7), path="/other.png")
        crop = self.crop(api, other, "upper")
        result(person_image_url=person, top_garment_url=crop, bottom_garment_url=red)
        assert engine.calls[-1] == ("try_on", True, True, [])

    def test_crop__of_another_person_gets_a_margin(self, api, engine, shop, person, red, result):
        other = shop.serve(picture_bytes(400, 600, seed=7), path="/other.png")
        crop = self.crop(api, other, "upper")
        pixels = read_pixels(requests.get(crop, timeout=5).content)
        result(person_image_url=person, top_garment_url=crop, bottom_garment_url=red)
        margin = 20
        height, width = (side + 2 * margin for side in pixels.shape[:2])
        assert engine.tops[-1].shape == (height, width, 3)
        assert (engine.tops[-1][margin:-margin, margin:-margin] == pixels).all()
        assert (engine.tops[-1][:margin] == 245).all()

    def test_crop__of_the_other_half_is_a_normal_garment(self, api, engine, person, red, result):
        crop = self.crop(api, person, "lower")
        result(person_image_url=person, top_garment_url=crop, bottom_garment_url=red)
        assert engine.calls[-1] == ("try_on", True, True, [])

    def test_crops__of_both_halves_leave_the_person_unchanged(self, api, engine, person, result):
        upper, lower = self.crop(api, person, "upper"), self.crop(api, person, "lower")
        before = len(engine.calls)
        result(person_image_url=person, top_garment_url=upper, bottom_garment_url=lower)
        assert len(engine.calls) == before

    def test_crop__of_a_dress_alone_leaves_the_person_unchanged(self, api, engine, person, result):
        engine.worn = {"dress"}
        crop = self.crop(api, person, "dress")
        before = len(engine.calls)
        result(person_image_url=person, top_garment_url=crop)
        assert len(engine.calls) == before

    def test_crop__has_the_documented_sizes_too(self, api, narrow, red):
        fields = {"top_garment_url": self.crop(api, narrow, "upper"), "bottom_garment_url": red}
        output = api.finished(api.submitted(person_image_url=narrow, **fields))
        assert (output["code"], output["sandbox_findings"]) == (
            "InvalidInputLength",
            ["side_too_short"],
        )

    def test_crop__may_be_smaller_by_an_option(self, api, server, engine, narrow, red, result):
        server.change_options(accept_small_crops=True)
        crop = self.crop(api, narrow, "upper")
        result(person_image_url=narrow, top_garment_url=crop, bottom_garment_url=red)
        assert engine.calls[-1] == ("try_on", False, True, ["upper"])

    def test_small_picture__that_is_no_crop_is_refused_in_spite_of_the_option(
        self, api, server, shop, person, red
    ):
        server.change_options(accept_small_crops=True)
        small = shop.serve(picture_bytes(140, 200, seed=9), path="/small.png")
        fields = {"top_garment_url": small, "bottom_garment_url": red}
        output = api.finished(api.submitted(person_image_url=person, **fields))
        assert output["code"] == "InvalidInputLength"

    @pytest.mark.parametrize("file_format", ["PNG", "JPEG"])
    def test_crop__padded_and_written_again_is_recognised(
        self, api, engine, shop, narrow, red, result, file_format
    ):
        stored = requests.get(self.crop(api, narrow, "upper"), timeout=5).content
        padded = np.pad(read_pixels(stored), ((40, 5), (60, 61), (0, 0)), constant_values=245)
        file = io.BytesIO()
        Image.fromarray(padded).save(file, file_format, quality=95)
        again = shop.serve(file.getvalue(), path="/padded.img")
        result(person_image_url=narrow, top_garment_url=again, bottom_garment_url=red)
        assert engine.calls[-1] == ("try_on", False, True, ["upper"])
        result(person_image_url=narrow, bottom_garment_url=again)  # the wrong half
        assert engine.calls[-1] == ("try_on", False, True, [])

    def test_crop__expires_after_a_day(self, api, server, person, red):
        crop = self.crop(api, person, "upper")
        server.clock.advance(24 * 3600 + 1)
        task = api.submitted(person_image_url=person, top_garment_url=crop, bottom_garment_url=red)
        output = api.finished(task)
        assert (output["code"], output["sandbox_findings"]) == ("InvalidURL", ["url_expired"])

    def test_crop__is_recognised_after_a_restart(self, shop, person, red, tmp_path):
        with SandboxServer(engine=RectangleEngine()) as first:
            api = Api(first)
            stored = requests.get(self.crop(api, person, "upper"), timeout=5).content
            api.session.close()
        again = shop.serve(stored, path="/stored.jpg")
        engine = RectangleEngine()
        with SandboxServer(engine=engine, options=Options()) as second:
            api = Api(second)
            fields = {"person_image_url": person, "bottom_garment_url": red}
            api.finished(api.submitted(top_garment_url=again, **fields))
            api.session.close()
        assert engine.calls[-1] == ("try_on", False, True, ["upper"])


class TestRefiner:
    def refiner_fields(self, person, red, coarse, **changes):
        return {
            "model": "aitryon-refiner",
            "person_image_url": person,
            "top_garment_url": red,
            "coarse_image_url": coarse,
            "parameters": {"gender": "woman"},
        } | changes

    def test_refiner__accepts_a_try_on_result(self, api, engine, person, red, result):
        task = api.submitted(person_image_url=person, top_garment_url=red)
        coarse = api.finished(task)["image_url"]
        pixels = read_pixels(result(**self.refiner_fields(person, red, coarse)))
        assert engine.calls[-1] == "refine"
        assert pixels.shape == (400, 300, 3)
        assert close(region(pixels, "upper"), RED)

    def test_refiner__needs_equal_sizes(self, api, shop, person, red):
        coarse = shop.serve(picture_bytes(301, 400))
        output = api.finished(api.submitted(**self.refiner_fields(person, red, coarse)))
        assert (output["code"], output["message"]) == (
            "InvalidParameter",
            "The size of person image and coarse_image are not the same.",
        )

    def test_refiner__checks_every_picture(self, api, shop, person, red):
        broken = shop.serve(b"no picture")
        for name in ("person_image_url", "top_garment_url", "bottom_garment_url"):
            fields = self.refiner_fields(person, red, person) | {name: broken}
            assert api.finished(api.submitted(**fields))["code"] == "InvalidURL"
