"""Files that need the key are fetched within limits."""

from __future__ import annotations

import gzip

import pytest

from django_outfitanyone.engines.base import Result
from django_outfitanyone.exceptions import DownloadFailed, DownloadRefused, RequestNotSent
from tests.engines.cases import P_IMAGE
from tests.engines.dashscope.conftest import unused_port
from tests.engines.dashscope.listener import answers, drops_after_reading, response, sends

HERE = Result(url="/v1/predictions/delivery/t-1")


def test_fetch__up_to_the_limit(listen, engine_at):
    engine = engine_at(P_IMAGE, listen(answers(response(b"x" * 100_000))))

    assert engine.fetch(HERE, max_bytes=100_000) == b"x" * 100_000


@pytest.mark.parametrize("size", [100_001, 3_000_000])
def test_fetch__larger_file_is_refused(listen, engine_at, size):
    engine = engine_at(P_IMAGE, listen(answers(response(b"x" * size))))

    with pytest.raises(DownloadRefused, match="larger than 100000"):
        engine.fetch(HERE, max_bytes=100_000)


def test_fetch__endless_file_is_refused(listen, engine_at):
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    engine = engine_at(P_IMAGE, listen(sends(head + b"x" * 2_000_000)))

    with pytest.raises(DownloadRefused):
        engine.fetch(HERE, max_bytes=1000)


def test_fetch__compressed_file_is_not_unpacked(listen, engine_at):
    packed = gzip.compress(b"x" * 10_000_000)
    answer = response(packed, headers=("Content-Encoding: gzip",))

    assert engine_at(P_IMAGE, listen(answers(answer))).fetch(HERE, max_bytes=20_000) == packed


@pytest.mark.parametrize("status", [403, 404, 500])
def test_fetch__error_has_its_status(listen, engine_at, status):
    engine = engine_at(P_IMAGE, listen(answers(response({"error": "no"}, status=status))))

    with pytest.raises(DownloadFailed) as caught:
        engine.fetch(HERE, max_bytes=1000)

    assert caught.value.code == str(status)


def test_fetch__redirect_is_not_followed(listen, engine_at):
    server = listen(answers(response(b"", status=302, headers=("Location: /other",))))

    with pytest.raises(DownloadFailed):
        engine_at(P_IMAGE, server).fetch(HERE, max_bytes=1000)

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "behaviour", [drops_after_reading, sends(response(b"x" * 900)[:-100])], ids=["cut", "half"]
)
def test_fetch__cut_file_may_be_fetched_again(listen, engine_at, behaviour):
    with pytest.raises(DownloadFailed):
        engine_at(P_IMAGE, listen(behaviour)).fetch(HERE, max_bytes=1000)


def test_fetch__without_a_server():
    with (
        P_IMAGE.engine(f"http://127.0.0.1:{unused_port()}") as engine,
        pytest.raises(RequestNotSent),
    ):
        engine.fetch(HERE, max_bytes=1000)
