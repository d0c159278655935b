"""Rules of the documents for the app that no sample shows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import requests
from PIL import Image

from django_outfitanyone.actions import parse_clothes, request_try_on
from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.engines.capabilities import Rate
from django_outfitanyone.engines.dashscope.probe import region_of
from django_outfitanyone.error_help import error_help_for
from tests.admin.pages import AdminSession, text_of
from tests.factories import make_garment, make_model_image
from tests.seeds import samples
from tests.seeds.test_sample_answers import TRY_ON_PATH
from tests.work import REPLACE, new_request, prepared_try_on, running_try_on, step, work

pytestmark = pytest.mark.django_db

MORE_THAN_A_DAY = 25 * 3600
TIMED_OUT = "Download the media resource timed out during the data inspection process."
TIMED_OUT_IN_JAPANESE = (
    "データ検査プロセス中にメディアリソースのダウンロードがタイムアウトしました。"
)


def opened(file):
    with file.open() as stored, Image.open(stored) as image:
        image.load()
        return image


def finished(**options):
    try_on = request_try_on(new_request(), options=REPLACE, **options)
    work(try_on)
    return try_on


def test_base_url__is_that_of_beijing(settings):
    settings.OUTFITANYONE = {}

    assert conf.default_engine.base_url == "https://dashscope.aliyuncs.com/api/v1"
    assert region_of(conf.default_engine.base_url) == "Beijing"


def test_limits__are_the_documented_ones():
    engine = conf.default_engine

    assert (engine.defaults.submits, engine.concurrent_tasks) == (Rate(10), 5)


def test_deadline__is_a_day():
    assert conf.default_engine.result_life("aitryon-plus") == timedelta(days=1)


def test_parse__needs_no_slot(remote, configure):
    configure(CONCURRENT_TASKS=1)
    remote.set_progression([("RUNNING", 100_000)])
    try_on = running_try_on()
    parse = parse_clothes(make_model_image(), ["upper"])
    work(parse)

    try_on.refresh_from_db()
    assert try_on.slot == 1
    assert parse.status == Status.SUCCEEDED


def test_stored_areas__are_an_rgb_crop_and_an_rgba_cutout(remote):
    photo = make_model_image()
    work(parse_clothes(photo, ["upper"]))
    hotspot = photo.hotspots.get()

    crop, cutout = opened(hotspot.crop), opened(hotspot.cutout)
    assert (crop.mode, crop.size) == ("RGB", (100, 90))
    assert (cutout.format, cutout.mode) == ("PNG", "RGBA")


def test_stored_areas__outlive_the_remote_files(remote):
    photo = make_model_image()
    parse = parse_clothes(photo, ["upper"])
    work(parse)
    (area,) = parse.remote_answer["areas"]
    remote.clock.advance(MORE_THAN_A_DAY)

    assert requests.get(area["crop_url"], timeout=10).status_code in {403, 404}
    assert opened(photo.hotspots.get().crop).size == (100, 90)


def test_stored_picture__outlives_the_remote_file(remote):
    try_on = finished()
    url = try_on.remote_answer["output"]["image_url"]
    remote.clock.advance(MORE_THAN_A_DAY)

    assert requests.get(url, timeout=10).status_code in {403, 404}
    assert opened(try_on.image).size == (200, 300)


def test_request_id__of_a_submit_is_stored(app):
    app.answer("POST", TRY_ON_PATH, samples.answer("106-submitted"))
    try_on = prepared_try_on()
    step(try_on)

    assert try_on.request_id == "4909100c-7b5a-9f92-bfe5-xxxxxx"


def test_models__are_described_by_quality_and_speed(admin_client):
    make_garment()
    make_model_image()

    page = text_of(AdminSession(admin_client).get("tryonresult_add"))
    words = " ".join(re.sub(r"<[^>]*>", " ", page).split())

    assert "OutfitAnyone, aitryon-plus (best quality) CNY 0.50 per picture" in words
    assert "OutfitAnyone, aitryon (faster) CNY 0.20 per picture" in words


def test_resolutions__are_named_with_their_sizes(admin_client):
    make_garment()
    make_model_image()

    page = text_of(AdminSession(admin_client).get("tryonresult_add"))

    assert "576 × 1024" in page
    assert "720 × 1280" in page


def test_timed_out_download__help_names_the_causes():
    found = error_help_for("InvalidParameter", TIMED_OUT)

    assert found.fixed_by == "developer"
    for cause in ("public", "China", "upload"):
        assert cause in found.text


@pytest.mark.parametrize("message", [TIMED_OUT, TIMED_OUT_IN_JAPANESE], ids=["en", "ja"])
def test_timed_out_download__is_repeated_in_every_language(remote, message):
    remote.faults.add("task-failed", code="InvalidParameter", message=message)
    try_on = finished()

    assert try_on.status == Status.SUCCEEDED
    assert remote.stats["submits"] == 2


@pytest.mark.parametrize(
    "code", ["InvalidURL", "InvalidPerson", "InvalidGarment", "InvalidInputLength"]
)
def test_refused_task__is_stored_with_help(remote, code):
    remote.faults.add("task-failed", code=code, message="The engine's own words.", times=None)
    try_on = finished()

    assert (try_on.status, try_on.error_code) == (Status.FAILED, code)
    assert try_on.error_message == "The engine's own words."
    assert try_on.cost == 0
    assert try_on.error_help.fixed_by == "shop"
    assert str(try_on.error_help.text)
