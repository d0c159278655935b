"""Whatever JSON an API answers, reading it gives a report that a row can store, or a refusal."""

from __future__ import annotations

import json
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from django_outfitanyone.engines import documents
from django_outfitanyone.engines.fashn import answers as fashn
from django_outfitanyone.engines.fashn.tables import PRICE_PER_CREDIT
from django_outfitanyone.engines.flux_vto import answers as flux_vto
from django_outfitanyone.engines.json_client import Reply
from django_outfitanyone.engines.json_values import Malformed
from django_outfitanyone.engines.own_addresses import OwnAddresses
from django_outfitanyone.engines.p_image import answers as p_image
from django_outfitanyone.engines.transport import Answer
from django_outfitanyone.storable_text import is_storable

OWN = OwnAddresses("https://api.vendor.example", domain="vendor.example").own
WORDS = ["completed", "failed", "Ready", "Error", "succeeded", "Task not found", "processing", "x"]
NAMES = [
    *("id", "status", "error", "output", "result", "sample", "cost", "details", "message"),
    *("generation_url", "get_url", "polling_url", "urls", "get", "expires_at", "code", "detail"),
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([*WORDS, "https://x.example/a.png", "/a", "//x.example/a"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=9)
READERS = {
    "fashn submit": partial(fashn.submitted_task, price_per_credit=PRICE_PER_CREDIT),
    "fashn query": partial(fashn.task_report, task_id="t-1", price_per_credit=PRICE_PER_CREDIT),
    "flux_vto submit": partial(flux_vto.submitted_task, own=OWN),
    "flux_vto query": partial(flux_vto.task_report, handle="t-1"),
    "p_image submit": partial(p_image.submitted_task, own=OWN),
    "p_image query": partial(p_image.task_report, handle="t-1"),
}


@pytest.mark.slow
@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@settings(max_examples=150)
@given(document=DOCUMENTS, credits_used=st.text(max_size=8))
def test_reader__report_can_be_stored(read, document, credits_used):
    text = json.dumps(document)
    answer = Answer(
        status=200,
        text=text,
        request_id="",
        content_type="application/json",
        headers={"x-fashn-credits-used": credits_used},
    )
    try:
        report = read(Reply(answer=answer, document=documents.decode(text)))
    except Malformed as malformed:
        assert str(malformed)  # noqa: PT017 - a refusal is one of two right ends
        return
    assert is_storable([report.handle, report.code, report.message, dict(report.raw)])
    assert len(report.handle) <= 500
    assert len(report.code) <= 100
    assert len(report.message) <= 2000
    assert report.cost is None or 0 <= report.cost < 1000
    assert all(result.url.startswith(("http", "/")) for result in report.results)
    json.dumps(dict(report.raw), allow_nan=False)
