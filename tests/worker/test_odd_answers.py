"""A paid answer is kept in every database, whatever else is odd in it."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st

from django_outfitanyone.choices import Status
from django_outfitanyone.engines.base import Picture
from django_outfitanyone.engines.transport import ANSWER_LIMIT, Answer
from django_outfitanyone.models import Account, Charge, ClothesParse, KnownTask, TryOnResult
from django_outfitanyone.models.account import LONG_AGO
from django_outfitanyone.worker import parse, submit
from django_outfitanyone.worker.steps import advance
from tests.factories import make_model_image, make_try_on
from tests.orders import outfit_anyone, try_on_order
from tests.work import backdate_submit, claimed

pytestmark = pytest.mark.django_db

TASK = "task-of-odd-answers"
URL = "https://result.example/1.jpg"
bounded = settings(max_examples=40)

ODD = [
    *("null", "true", "false", "0", "-1", "1.0", "40000", "1e999", "-1e999", "1e-999", "1e308"),
    *("9223372036854775808", "9" * 25, "9" * 5000, "NaN", "Infinity", "[]", "{}", '""'),
    *('"\\u0000"', '"\\ud800"', '"\\udc00x"', '"9999-12-31 23:59:59"', '"0001-01-01 00:00:00"'),
    *(json.dumps("x" * 5000), json.dumps("服" * 5000), '"😀"', '{"\\u0000": "\\ud83d"}'),
]


def as_object(fields):
    return "{" + ",".join(f"{name}:{value}" for name, value in fields.items()) + "}"


def nested(depth):
    return st.sampled_from(['{"a":', "["]).map(
        lambda opening: opening * depth + "1" + ("}" if opening[0] == "{" else "]") * depth
    )


odd_values = st.recursive(
    st.sampled_from(ODD)
    | st.integers().map(str)
    | st.text().map(json.dumps)
    | st.sampled_from([19, 20, 33, 40, 150, 5000, 20_000]).flatmap(nested),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]")
        | st.dictionaries(st.text().map(json.dumps), inner, max_size=3).map(as_object)
    ),
    max_leaves=6,
)
odd_fields = st.dictionaries(
    st.sampled_from(["submit_time", "scheduled_time", "end_time", "code", "message", "extra"]),
    odd_values,
)


def document(output, **fields):
    return as_object(
        {json.dumps(name): value for name, value in {"output": output, **fields}.items()}
    )


@pytest.fixture(autouse=True)
def _fast(configure):
    configure(QUERIES="1000000/s", SUBMITS="1000000/s")


def engine_that_answers(text):
    engine = outfit_anyone("any", base_url="http://127.0.0.1:9/api/v1")
    answer = Answer(
        status=200,
        text=text[:ANSWER_LIMIT],
        request_id="",
        content_type="application/json",
        server_time=timezone.now(),
        is_cut=len(text) >= ANSWER_LIMIT,
    )
    engine._http.send = engine._http.send_apart = lambda *_args, **_request: answer
    return engine


def polled(text):
    """Return a running try-on after a poll with this answer, read from the database."""
    row = TryOnResult.objects.first() or make_try_on(status=Status.RUNNING, remote_task_id=TASK)
    TryOnResult.objects.update(
        status=Status.RUNNING, result_url="", image_count=0, attempts=0, lease_token=""
    )
    advance(claimed(row), engine_that_answers(text))
    return TryOnResult.objects.get()


def assert_kept(row, url):
    assert (row.status, row.error_code, row.error_message) == (Status.COLLECTING, "", "")
    assert row.result_url == url
    assert row.image_count >= 1
    assert row.cost > 0
    assert Charge.objects.count() == 1


def succeeded(url, *, usage='{"image_count": 1}', **fields):
    output = {"task_id": json.dumps(TASK), "task_status": '"SUCCEEDED"', **fields}
    output["image_url"] = json.dumps(url)
    return document(as_object({json.dumps(k): v for k, v in output.items()}), usage=usage)


@pytest.mark.parametrize(
    "url", [f"{URL}?{'s' * length}" for length in (1_500, 4_000, 15_000)], ids=len
)
def test_poll__long_url_is_kept_whole(url):
    assert_kept(polled(succeeded(url)), url)


@pytest.mark.parametrize("count", ["40000", "1e999", "-1", "2147483648", "9" * 5000, '"1"', "null"])
def test_poll__impossible_number_of_pictures_counts_as_one(count):
    row = polled(succeeded(URL, usage=f'{{"image_count": {count}}}'))

    assert_kept(row, URL)
    assert row.image_count == 1


@pytest.mark.parametrize("depth", [20, 32, 40, 1_000, 5_000, 100_000])
def test_poll__deep_json_is_cut_and_the_picture_kept(depth):
    row = polled(succeeded(URL, extra="[" * depth + "]" * depth))

    assert_kept(row, URL)
    assert row.remote_answer["output"]["task_status"] == "SUCCEEDED"


@pytest.mark.parametrize("value", ODD)
def test_poll__odd_value_in_every_other_field_is_no_loss(value):
    fields = dict.fromkeys(
        ("submit_time", "scheduled_time", "end_time", "code", "message", "extra"), value
    )
    assert_kept(polled(succeeded(URL, usage=value, **fields)), URL)


@bounded
@given(odd_fields, odd_values, odd_values, st.text(max_size=3000))
@example({}, "{}", "{}", "")
def test_poll__any_paid_answer_is_kept(fields, usage, extra, path):
    plain = "".join(sign for sign in path if sign > " ").encode("utf-8", "ignore").decode()
    url = f"{URL}?{plain}".rstrip()
    output = {
        **{json.dumps(name): value for name, value in fields.items()},
        '"task_id"': json.dumps(TASK),
        '"task_status"': '"SUCCEEDED"',
        '"image_url"': json.dumps(url),
    }
    text = document(as_object(output), usage=usage, extra=extra, request_id=extra)

    assert_kept(polled(text), url)


@bounded
@given(odd_values)
def test_poll__any_other_answer_leaves_the_row_as_it_may(value):
    """The row waits, or keeps an error; nothing is lost to the database."""
    row = polled(document(value, usage=value))

    assert row.status == Status.RUNNING
    assert row.error_code in {"", "UnreadableAnswer"}


def parsed(text):
    """Return a parse after an answer with this text, read from the database."""
    row = ClothesParse.objects.first()
    if row is None:
        photo = make_model_image()
        row = ClothesParse.objects.create(
            account=Account.of(),
            model_image=photo,
            picture_sha256=photo.sha256,
            clothes_types="upper,lower",
            status=Status.PREPARING,
        )
    ClothesParse.objects.update(
        status=Status.PREPARING, lease_token="", lease_expires_at=LONG_AGO, remote_answer={}
    )
    parse.call(claimed(row), Picture(url="https://shop.example/1.jpg"), engine_that_answers(text))
    return ClothesParse.objects.get()


@bounded
@given(odd_values, odd_values, odd_values)
@example("1", "[[1e999, 0, 2, 3], null]", "[" * 40 + "]" * 40)
def test_parse__any_paid_answer_is_kept(usage, boxes, extra):
    output = as_object(
        {
            '"bbox"': f"[[1, 2, 30, 40], {boxes}]",
            '"crop_img_url"': f"[{json.dumps(URL)}, {extra}]",
            '"parsing_img_url"': extra,
        }
    )
    row = parsed(document(output, usage=usage, request_id=extra, extra=extra))

    assert row.status == Status.COLLECTING
    assert row.remote_answer["areas"][0]["box"] == [1, 2, 30, 40]
    assert row.remote_answer["areas"][0]["crop_url"] == URL


MEGABYTES = [
    json.dumps("x" * 3_000_000),
    "[" + "0," * 1_500_000 + "0]",
    "[" * 3_000_000,
    "{" + ",".join(f'"{number}":{number}' for number in range(200_000)) + "}",
]


@pytest.mark.parametrize("junk", MEGABYTES, ids=["text", "numbers", "brackets", "object"])
def test_poll__megabytes_behind_the_picture_are_no_loss(junk):
    output = {'"task_status"': '"SUCCEEDED"', '"image_url"': json.dumps(URL), '"junk"': junk}

    assert_kept(polled(document(as_object(output))), URL)
    assert len(json.dumps(TryOnResult.objects.get().remote_answer)) < 100_000


def submitted(text):
    """Return a try-on after a submit with this answer, read from the database."""
    row = TryOnResult.objects.first() or make_try_on(status=Status.PREPARING)
    KnownTask.objects.all().delete()
    TryOnResult.objects.update(
        status=Status.PREPARING,
        remote_task_id=None,
        slot=None,
        lease_token="",
        lease_expires_at=LONG_AGO,
    )
    submit.submit(claimed(row), ORDER, engine_that_answers(text))
    return TryOnResult.objects.get()


ORDER = try_on_order(person=URL, top=URL)


@bounded
@given(odd_fields, odd_values, odd_values)
@example({}, "[" * 5000 + "]" * 5000, "NaN")
def test_submit__any_answer_that_names_a_task_is_kept(fields, usage, extra):
    output = {json.dumps(name): value for name, value in fields.items()}
    output |= {'"task_id"': json.dumps(TASK), '"task_status"': '"PENDING"'}
    row = submitted(document(as_object(output), usage=usage, extra=extra, request_id=extra))

    assert (row.status, row.remote_task_id) == (Status.RUNNING, TASK)


@bounded
@given(odd_values)
def test_submit__any_other_answer_is_unclear(value):
    """The row is not prepared again, because a task may exist."""
    row = submitted(document(as_object({'"task_id"': "7", '"extra"': value}), usage=value))

    assert (row.status, row.error_code) == (Status.SUBMITTING, "OutcomeUnknown")


def reconciled(text):
    """Return an unclear try-on after a task list with this text, read from the database."""
    row = TryOnResult.objects.first() or make_try_on(status=Status.SUBMITTING)
    TryOnResult.objects.update(
        status=Status.SUBMITTING, unclear_since=LONG_AGO, attempts=0, slot=1, lease_token=""
    )
    backdate_submit(row, minutes=1)
    advance(claimed(row), engine_that_answers(text))
    return TryOnResult.objects.get()


def test_list__that_is_empty_proves_that_nothing_arrived():
    assert reconciled('{"data": [], "total_page": 0}').status == Status.PREPARING


@bounded
@given(odd_values.filter(lambda value: value != "[]"), odd_values)
@example("[null]", "0")
@example("[" * 5000, "0")
def test_list__odd_one_proves_nothing(lines, pages):
    row = reconciled(document("{}", data=lines, total_page=pages))

    assert row.status in {Status.SUBMITTING, Status.NEEDS_ATTENTION}


@pytest.mark.parametrize("junk", MEGABYTES, ids=["text", "numbers", "brackets", "object"])
def test_list__of_megabytes_proves_nothing(junk):
    row = reconciled(f'{{"data": [], "total_page": 0, "junk": {junk}}}')

    assert row.status in {Status.SUBMITTING, Status.NEEDS_ATTENTION}


@bounded
@given(st.dictionaries(st.sampled_from(["model_name", "status", "gmt_create"]), odd_values))
def test_list__candidates_with_odd_values_are_kept(fields):
    line = {json.dumps(name): value for name, value in fields.items()}
    line['"task_id"'] = '"task-in-the-list"'
    row = reconciled(f'{{"data": [{as_object(line)}], "total_page": 1}}')

    if row.status == Status.NEEDS_ATTENTION:
        candidates = row.remote_answer["candidates"]
        assert {task["task_id"] for task in candidates} <= {"task-in-the-list"}
