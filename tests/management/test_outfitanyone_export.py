from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from django_outfitanyone.choices import Review
from tests.factories import make_try_on

pytestmark = pytest.mark.django_db


def run(folder, *arguments):
    """Return output, errors and the message of the failure, if any."""
    out, err, failure = io.StringIO(), io.StringIO(), ""
    try:
        call_command(
            "outfitanyone_export",
            *map(str, arguments),
            f"--out={folder}",
            stdout=out,
            stderr=err,
        )
    except CommandError as error:
        failure = str(error)
    return out.getvalue(), err.getvalue(), failure


def test_command__writes_each_picture_once(tmp_path):
    first, second = (make_try_on(review=Review.APPROVED) for _ in range(2))
    folder = tmp_path / "new" / "folder"
    output, errors, failure = run(folder, first.pk, second.pk, first.pk)

    assert (errors, failure) == ("", "")
    assert "2 pictures were exported." in output
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(f"try-on-{row.pk}.jpg" for row in (first, second))
    for path in folder.iterdir():
        assert b"trainedAlgorithmicMedia<" in path.read_bytes()
        assert str(path) in output


def test_command__options_reach_the_files(tmp_path, configure):
    configure(AIGC_PRODUCER="Shop")
    try_on = make_try_on(review=Review.APPROVED)
    run(tmp_path, try_on.pk, "--aigc", "--label")

    data = (tmp_path / f"try-on-{try_on.pk}-aigc-label.jpg").read_bytes()
    assert b"TC260:AIGC" in data
    assert b"trainedAlgorithmicMedia<" in data


def test_command__exports_the_others_and_fails_for_those_it_cannot(tmp_path):
    approved, waiting = make_try_on(review=Review.APPROVED), make_try_on()
    output, errors, failure = run(tmp_path, approved.pk, waiting.pk, 987654)

    assert failure == "Not every picture was exported."
    assert "1 picture was exported." in output
    assert f"{waiting.pk}: This picture has not been reviewed." in errors
    assert "987654: There is no try-on result" in errors
    assert len(list(tmp_path.glob("try-on-*"))) == 1


def test_command__missing_producer_is_named_before_anything_is_written(tmp_path):
    try_on = make_try_on(review=Review.APPROVED)
    _output, _errors, failure = run(tmp_path / "out", try_on.pk, "--aigc")

    assert "AIGC_PRODUCER" in failure
    assert not (tmp_path / "out").exists()
