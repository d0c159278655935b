from __future__ import annotations

import json
import os

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.models import Garment, Hotspot, ModelImage, TryOnResult
from django_outfitanyone.picture_guide import GARMENTS, PEOPLE
from tests.drawing import drawn, encoded, picture
from tests.factories import make_garment, make_model_image
from tests.local_engine import LARGE, SMALL, TWO_PEOPLE

pytestmark = pytest.mark.django_db


@pytest.fixture
def files(tmp_path):
    """Write a file with this content, or a valid picture, and return its path."""

    def path(name, data=None):
        file = tmp_path / name
        file.write_bytes(picture(len(name)) if data is None else data)
        return str(file)

    return path


def run(capsys, *arguments):
    call_command("outfitanyone_tryon", *map(str, arguments))
    return capsys.readouterr()


def test_ids__request_is_left_to_the_worker(remote, capsys):
    person, top = make_model_image(), make_garment()
    out = run(capsys, "--person", person.pk, "--top", top.pk).out

    assert "queued" in out
    assert TryOnResult.objects.get().garments[0] == top


def test_wait__advances_the_try_on_until_it_has_finished(remote, capsys):
    person, top = make_model_image(), make_garment()
    captured = run(capsys, "--person", person.pk, "--top", top.pk, "--wait")

    assert "succeeded" in captured.out
    assert "0.5" in captured.out
    assert captured.err.splitlines()[-1] == "succeeded"


def test_json__is_one_object(remote, capsys):
    person, top = make_model_image(), make_garment()
    out = run(capsys, "--person", person.pk, "--top", top.pk, "--wait", "--json").out
    report = json.loads(out)

    assert set(report) == {"id", "status", "image", "cost", "reused", "error", "hotspots"}
    assert report["status"] == "succeeded"
    assert report["error"] is None
    assert not report["reused"]
    upper = report["hotspots"][0]
    spot = Hotspot.objects.get(try_on=report["id"], clothes_type="upper")
    assert upper == {
        "clothes_type": "upper",
        "bbox": [50, 60, 150, 150],
        "product": top.product_id,
        "crop": spot.crop.url,
        "cutout": spot.cutout.url,
    }


def test_files__may_have_names_that_are_no_text(remote, capsys, files):
    odd = files(os.fsdecode(b"\xff.jpg"))
    run(capsys, "--person", odd, "--top", odd)

    assert (ModelImage.objects.get().name, Garment.objects.get().name) == ("?", "?")


def test_files__result_is_written_to_a_file(remote, capsys, files, tmp_path):
    out = tmp_path / "result.jpg"
    run(
        capsys,
        "--person", files("anna.jpg"),
        "--top", files("shirt.jpg"),
        "--bottom", files("trousers.jpg"),
        "--out", out,
    )  # fmt: skip

    with Image.open(out) as image:
        assert image.size == (200, 300)
    assert ModelImage.objects.get().is_active is False
    assert {garment.kind for garment in Garment.objects.all()} == {"top", "bottom"}


def test_files__identical_request_is_free(remote, capsys, files):
    arguments = ["--person", files("anna.jpg"), "--one-piece", files("dress.jpg"), "--json"]
    run(capsys, *arguments, "--wait")
    report = json.loads(run(capsys, *arguments, "--wait").out)

    assert report["reused"]
    assert float(report["cost"]) == 0
    assert ModelImage.objects.count() == Garment.objects.count() == 1


def test_options__are_stored(remote, capsys):
    person, bottom = make_model_image(), make_garment(GarmentKind.BOTTOM)
    run(
        capsys,
        "--person", person.pk,
        "--bottom", bottom.pk,
        "--keep", "upper",
        "--model", "aitryon",
        "--resolution", 1024,
        "--new-face",
    )  # fmt: skip
    try_on = TryOnResult.objects.get()

    assert (try_on.keep, try_on.remote_model) == ("upper", "aitryon")
    assert (try_on.resolution, try_on.restore_face) == (1024, False)


@pytest.mark.parametrize(
    ("kind", "arguments", "keep"),
    [
        (GarmentKind.TOP, [], "lower"),
        (GarmentKind.TOP, ["--keep", "lower"], "lower"),
        (GarmentKind.TOP, ["--new-other-half"], ""),
        (GarmentKind.BOTTOM, [], "upper"),
        (GarmentKind.BOTTOM, ["--new-other-half"], ""),
        (GarmentKind.ONE_PIECE, [], ""),
    ],
)
def test_other_half__is_kept_unless_a_new_one_is_asked_for(remote, capsys, kind, arguments, keep):
    garment = make_garment(kind)
    option = f"--{kind.value.replace('_', '-')}"
    run(capsys, "--person", make_model_image().pk, option, garment.pk, *arguments)

    assert TryOnResult.objects.get().keep == keep


def test_other_half__is_kept_or_new_but_not_both(remote, capsys):
    arguments = ["--top", make_garment().pk, "--keep", "lower", "--new-other-half"]
    with pytest.raises(CommandError, match="not allowed with"):
        run(capsys, "--person", make_model_image().pk, *arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "at least one garment"),
        (["--top", "shirt.jpg", "--one-piece", "dress.jpg"], "cannot be worn together"),
        (["--one-piece", "dress.jpg", "--bottom", "trousers.jpg"], "cannot be worn together"),
        (["--top", "shirt.jpg", "--keep", "upper"], "contradicts"),
        (["--top", "shirt.jpg", "--resolution", "1023"], "must be one of -1, 1024, 1280"),
        (["--top", "999999"], "There is no garment with the id 999999"),
        (["--top", "missing.jpg"], "No such file"),
        (["--top", "text.jpg"], "not a picture"),
        (["--top", "truncated.jpg"], "damaged"),
        (["--top", "small.png"], "120 × 400"),
        (["--top", "icon.jpg"], "4.0 KB"),
    ],
)
def test_invalid_input__has_a_clear_message_and_stores_nothing(
    remote, capsys, files, tmp_path, monkeypatch, arguments, message
):
    monkeypatch.chdir(tmp_path)
    for name in ("shirt.jpg", "dress.jpg", "trousers.jpg"):
        files(name)
    files("text.jpg", b"only a text\n" * 800)
    files("truncated.jpg", picture(1)[:-9000])
    files("small.png", encoded(drawn(size=(120, 400)), "PNG"))
    files("icon.jpg", picture(1)[:4096])

    with pytest.raises(CommandError, match=message):
        run(capsys, "--person", files("anna.jpg"), *arguments)
    assert not TryOnResult.objects.exists()
    assert remote.stats["submits"] == 0


def test_unknown_resolution__stores_no_file(capsys, files):
    arguments = ("--person", files("anna.jpg"), "--top", files("shirt.jpg"))
    with pytest.raises(CommandError, match="must be one of"):
        run(capsys, *arguments, "--resolution", "1023")

    assert not ModelImage.objects.exists()


def test_no_key__names_the_setting(settings, monkeypatch, capsys):
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    settings.OUTFITANYONE = {"CHECK_PICTURES": False}
    with pytest.raises(CommandError, match="DASHSCOPE_API_KEY"):
        run(capsys, "--person", make_model_image().pk, "--top", make_garment().pk)


def test_wrong_key__stops_the_account_and_keeps_the_request(remote, configure, capsys):
    configure(API_KEY="sk-wrong-but-long-enough")
    with pytest.raises(CommandError, match="InvalidApiKey") as failed:
        run(capsys, "--person", make_model_image().pk, "--top", make_garment().pk, "--wait")

    assert "sk-wrong" not in str(failed.value)
    assert TryOnResult.objects.get().is_open
    assert remote.stats["accepted"] == 0


@pytest.mark.parametrize(("other_half", "seconds"), [(["--new-other-half"], 0.3), ([], 2)])
def test_unreachable_engine__keeps_the_request(configure, capsys, monkeypatch, other_half, seconds):
    """The reason is that of the try-on, or of the parse that it waits for."""
    monkeypatch.setattr("django_outfitanyone.management.waiting.SLICE", 0.1)
    configure(BASE_URL="http://127.0.0.1:9/api/v1")
    with pytest.raises(CommandError, match="kept") as failed:
        run(
            capsys,
            "--person", make_model_image().pk,
            "--top", make_garment().pk,
            *other_half,
            "--wait",
            "--timeout", seconds,
        )  # fmt: skip

    assert "127.0.0.1" in str(failed.value)
    assert TryOnResult.objects.get().is_open


def test_refused_person__shows_the_message_and_the_error_help(remote, capsys, files):
    empty = files("empty.bmp", encoded(Image.new("RGB", (400, 600), "grey"), "BMP"))
    with pytest.raises(CommandError, match="InvalidPerson") as failed:
        run(capsys, "--person", empty, "--top", files("shirt.jpg"), "--wait", "--json")

    assert "single person" in str(failed.value)
    assert TryOnResult.objects.get().status == Status.FAILED
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "InvalidPerson"


def test_help__ends_with_what_the_pictures_must_show(capsys):
    with pytest.raises(SystemExit):
        run(capsys, "--help")

    text = " ".join(capsys.readouterr().out.split())
    assert text.endswith(f"Person: {PEOPLE.summary} Garments: {GARMENTS.summary}")


class TestPictureCheck:
    @pytest.fixture
    def arguments(self, remote, local_engine, files):
        anna, shirt = (
            files("anna.jpg", picture(1, size=LARGE)),
            files("shirt.jpg", picture(2, size=LARGE)),
        )
        local_engine.person = [TWO_PEOPLE]
        return ["--person", anna, "--top", shirt]

    def test_unsuitable_file_ends_with_reason_and_remedy(self, remote, capsys, arguments):
        with pytest.raises(CommandError) as failed:
            run(capsys, *arguments, "--wait")

        for part in ("“anna”: There are several people", "crop the others", "--ignore-findings"):
            assert part in str(failed.value)
        assert not TryOnResult.objects.exists()
        assert remote.stats["submits"] == 0

    def test_findings_can_be_ignored(self, capsys, arguments):
        captured = run(capsys, *arguments, "--ignore-findings")

        assert "queued" in captured.out
        assert "anna: The engine will refuse it. There are several people" in captured.err
        assert ModelImage.objects.get().findings_ignored

    def test_what_may_spoil_the_result_is_said(self, capsys, arguments, local_engine):
        local_engine.person, local_engine.garment = [], [SMALL]
        captured = run(capsys, *arguments)

        assert "queued" in captured.out
        assert "shirt: May spoil the result. The garment is small" in captured.err

    def test_id_that_was_checked_before_is_not_checked_again(self, capsys, arguments, local_engine):
        local_engine.person = []
        run(capsys, *arguments)
        local_engine.calls.clear()
        run(capsys, *arguments)

        assert local_engine.calls == []


class TestGarmentOfAKind:
    def test_files_and_ids(self, remote, capsys, files):
        bottom = make_garment(GarmentKind.BOTTOM)
        person, top = make_model_image(), f"top={files('shirt.jpg')}"
        run(capsys, "--person", person.pk, "--garment", top, "--garment", f"bottom={bottom.pk}")

        (try_on,) = TryOnResult.objects.all()
        assert [garment.kind for garment in try_on.garments] == ["top", "bottom"]
        assert try_on.garments[1] == bottom

    def test_joins_the_other_arguments(self, remote, capsys, wears_everything):
        wears_everything()
        person, top, shoes = make_model_image(), make_garment(), make_garment("shoes")
        run(capsys, "--person", person.pk, "--top", top.pk, "--garment", f"shoes={shoes.pk}")

        assert TryOnResult.objects.get().garments == [top, shoes]

    @pytest.mark.parametrize(
        ("argument", "message"),
        [
            ("glove=1", "write KIND=FILE"),
            ("top", "write KIND=FILE"),
            ("top=", "write KIND=FILE"),
            ("hat={pk}", "is a top"),
            ("shoes={shoes}", "cannot try on this kind"),
        ],
    )
    def test_wrong_argument_is_refused(self, remote, capsys, argument, message):
        rows = {"pk": make_garment().pk, "shoes": make_garment("shoes").pk}
        person = make_model_image()
        with pytest.raises(CommandError, match=message):
            run(capsys, "--person", person.pk, "--garment", argument.format(**rows))

        assert not TryOnResult.objects.exists()


class TestCandidates:
    def test_each_is_written_to_a_file_and_reported(self, remote, capsys, tmp_path):
        person, top, out = make_model_image(), make_garment(), tmp_path / "look.jpg"
        arguments = ["--person", person.pk, "--top", top.pk, "--new-other-half"]
        printed = run(capsys, *arguments, "--count", 2, "--out", out, "--json").out

        report = json.loads(printed)
        first, second = TryOnResult.objects.order_by("candidate")
        assert [one["id"] for one in report["candidates"]] == [first.pk, second.pk]
        assert report["id"] == first.pk
        assert out.read_bytes() == first.read()
        assert (tmp_path / "look-2.jpg").read_bytes() == second.read()

    def test_seed_counts_up(self, remote, capsys):
        person, top = make_model_image(), make_garment()
        run(capsys, "--person", person.pk, "--top", top.pk, "--count", 3, "--seed", 5)

        assert sorted(TryOnResult.objects.values_list("seed", flat=True)) == [5, 6, 7]
