from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from django_outfitanyone.engines import documents
from django_outfitanyone.engines.base import ParsedArea, RemoteState, Result
from django_outfitanyone.engines.dashscope import answers

SUCCEEDED = {
    "request_id": "98d46cd0",
    "output": {
        "task_id": "t-1",
        "task_status": "SUCCEEDED",
        "submit_time": "2025-06-30 14:37:53.838",
        "scheduled_time": "2025-06-30 14:37:53.858",
        "end_time": "2025-06-30 14:38:11.472",
        "image_url": "http://result.example/tryon.jpg?Expires=1",
    },
    "usage": {"image_count": 1},
}
FOUND = {
    "output": {
        "bbox": [[331, 239, 641, 637]],
        "parsing_img_url": ["http://result.example/cutout.png"],
        "crop_img_url": ["http://result.example/crop.jpg"],
    },
    "usage": {"image_count": 1},
    "request_id": "b68147d6",
}


def utc(*fields):
    return datetime(*fields, tzinfo=timezone.utc)


def with_output(**fields):
    return {**SUCCEEDED, "output": {**SUCCEEDED["output"], **fields}}


def status(word):
    return answers.task_report(with_output(task_status=word), task_id="t-1").state


# -- errors


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"code": "A", "message": "m"}, ("A", "m")),
        ({"output": {"code": "A", "message": "m"}}, ("A", "m")),
        ({"error": {"code": "A", "message": "m"}}, ("A", "m")),
        ({"code": "", "output": {"code": "A", "message": "m"}}, ("A", "m")),
        ({"code": 429, "message": None}, ("429", "")),
        ({"message": "m"}, ("", "m")),
        ({"output": None, "error": "text"}, ("", "")),
        ({}, ("", "")),
    ],
)
def test_fault__is_found_flat_and_nested(document, found):
    assert answers.fault(document) == found


@pytest.mark.parametrize("place", [lambda error: error, lambda error: {"output": error}])
@pytest.mark.parametrize(
    ("message", "reason", "shown"),
    [
        ("No garment.", "It is folded.", "No garment: It is folded."),
        ("No garment", " It is folded. ", "No garment: It is folded."),
        ("", "It is folded.", "It is folded."),
        ("No garment.", "", "No garment."),
        ("No garment.", None, "No garment."),
        ("No garment.", ["It is folded."], "No garment."),
    ],
)
def test_fault__ends_with_the_reason_of_the_sandbox(place, message, reason, shown):
    error = {"code": "InvalidGarment", "message": message, "sandbox_reason": reason}
    assert answers.fault(place(error)) == ("InvalidGarment", shown)


def test_fault__with_a_long_reason_is_cut_too():
    error = {"code": "x", "message": "m" * 50_000, "sandbox_reason": "r" * 50_000}
    assert len(answers.fault(error)[1]) <= 2000


def test_fault__is_cut_to_the_size_of_the_columns():
    code, message = answers.fault({"code": "c" * 5000, "message": "m" * 50_000})

    assert (len(code), len(message)) == (100, 2000)


# -- submits


def test_submitted_task__is_waiting():
    document = {"output": {"task_status": "PENDING", "task_id": "t-1"}, "request_id": "r-1"}

    report = answers.submitted_task(document)

    assert (report.handle, report.state, report.request_id) == ("t-1", RemoteState.WAITING, "r-1")
    assert report.raw == document


def test_submitted_task__needs_no_status():
    assert answers.submitted_task({"output": {"task_id": "t-1"}}).state is RemoteState.WAITING


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"output": None},
        {"output": []},
        {"output": {}},
        {"output": {"task_id": ""}},
        {"output": {"task_id": None}},
        {"output": {"task_id": 7}},
        {"output": {"task_id": "t" * 101}},
    ],
)
def test_submitted_task__without_an_id_is_malformed(document):
    with pytest.raises(answers.Malformed):
        answers.submitted_task(document)


# -- tasks


def test_task_report__of_a_finished_task():
    report = answers.task_report(SUCCEEDED, task_id="t-1")

    assert report.state is RemoteState.SUCCEEDED
    assert report.image_url == "http://result.example/tryon.jpg?Expires=1"
    assert report.image_count == 1
    assert report.request_id == "98d46cd0"
    assert (report.code, report.message) == ("", "")
    assert report.raw == SUCCEEDED


def test_task_report__converts_beijing_time_to_utc():
    report = answers.task_report(SUCCEEDED, task_id="t-1")

    assert report.submitted_at == utc(2025, 6, 30, 6, 37, 53, 838000)
    assert report.started_at == utc(2025, 6, 30, 6, 37, 53, 858000)
    assert report.finished_at == utc(2025, 6, 30, 6, 38, 11, 472000)


def test_task_report__of_a_failed_task_has_the_error():
    document = {
        "request_id": "6bf4693b",
        "output": {
            "task_id": "t-1",
            "task_status": "FAILED",
            "code": "InvalidParameter",
            "message": "The request is missing required parameters",
        },
    }

    report = answers.task_report(document, task_id="t-1")

    assert report.state is RemoteState.FAILED
    assert report.code == "InvalidParameter"
    assert report.message == "The request is missing required parameters"
    assert report.submitted_at is None
    assert report.image_count == 0


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("PENDING", RemoteState.WAITING),
        ("SUSPENDED", RemoteState.WAITING),
        ("PRE-PROCESSING", RemoteState.RUNNING),
        ("RUNNING", RemoteState.RUNNING),
        ("POST-PROCESSING", RemoteState.RUNNING),
        ("SUCCEEDED", RemoteState.SUCCEEDED),
        ("FAILED", RemoteState.FAILED),
        ("CANCELED", RemoteState.CANCELED),
        ("UNKNOWN", RemoteState.GONE),
        ("REVIEWING", RemoteState.UNKNOWN),
        ("running", RemoteState.RUNNING),
        (7, RemoteState.UNKNOWN),
    ],
)
def test_task_report__maps_every_status_and_unknown_ones_to_unknown(word, state):
    assert status(word) is state


def test_task_report__accepts_a_list_of_one_picture():
    report = answers.task_report(with_output(image_url=["http://r.example/1.jpg"]), task_id="t-1")

    assert report.image_url == "http://r.example/1.jpg"


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"output": None},
        {"output": {"task_id": "t-1"}},
        with_output(task_status=None),
        with_output(task_id="t-2"),
        with_output(image_url="http://r.example/" + "x" * 20_000),
        with_output(image_url=None),
        with_output(image_url=""),
        with_output(image_url=[]),
        with_output(image_url={"url": "x"}),
    ],
)
def test_task_report__without_a_required_value_is_malformed(document):
    with pytest.raises(answers.Malformed):
        answers.task_report(document, task_id="t-1")


@pytest.mark.parametrize("usage", [None, {}, [], {"image_count": "1"}, {"image_count": -1}])
def test_task_report__without_usage_counts_no_picture(usage):
    assert answers.task_report({**SUCCEEDED, "usage": usage}, task_id="t-1").image_count == 0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-03-02 22:22:21", utc(2024, 3, 2, 14, 22, 21)),
        ("2024-03-02 22:22:21.500", utc(2024, 3, 2, 14, 22, 21, 500000)),
        ("2024-03-02 22:22:21+00:00", utc(2024, 3, 2, 22, 22, 21)),
        (1_700_000_000_000.5, utc(2023, 11, 14, 22, 13, 20, 500)),
        (1_700_000_000_123, utc(2023, 11, 14, 22, 13, 20, 123000)),
        ("yesterday", None),
        ("", None),
        (None, None),
        ([], None),
        ("0001-01-01 00:00:00", None),
        (10**30, None),
    ],
)
def test_moment__is_in_utc_or_none(value, expected):
    assert answers.moment(value) == expected


@pytest.mark.parametrize("task_id", [None, "", 7, ["t-2"], {}])
def test_task_report__odd_task_id_is_no_other_task(task_id):
    assert answers.task_report(with_output(task_id=task_id), task_id="t-1").image_url


def test_task_report__keeps_a_long_url_whole():
    url = "http://r.example/1.jpg?" + "s" * 15_000

    assert answers.task_report(with_output(image_url=url), task_id="t-1").image_url == url


@pytest.mark.parametrize(
    ("count", "known"), [(2, 2), (100, 100), (101, 0), (40_000, 0), (-1, 0), ("1", 0), (True, 1)]
)
def test_task_report__number_of_pictures_is_plausible_or_unknown(count, known):
    document = {**SUCCEEDED, "usage": {"image_count": count}}

    assert answers.task_report(document, task_id="t-1").image_count == known


# -- parsing


def parse(document, *types):
    return answers.parse_report(document, clothes_types=types or ("upper",))


def test_parse_report__of_an_area():
    report = parse(FOUND)

    assert report.areas == (
        ParsedArea(
            clothes_type="upper",
            box=(331, 239, 641, 637),
            crop=Result(url="http://result.example/crop.jpg"),
            cutout=Result(url="http://result.example/cutout.png"),
        ),
    )
    assert (report.image_count, report.request_id) == (1, "b68147d6")
    assert report.raw == FOUND


def test_parse_report__has_the_order_of_the_request():
    document = {
        "output": {
            "bbox": [None, [1, 2, 30, 40]],
            "parsing_img_url": [None, "http://r.example/p.png"],
            "crop_img_url": [None, "http://r.example/c.jpg"],
        }
    }

    upper, lower = parse(document, "upper", "lower").areas

    assert upper is None
    assert lower.clothes_type == "lower"
    assert lower.box == (1, 2, 30, 40)


@pytest.mark.parametrize(
    "output",
    [
        {"bbox": [None], "parsing_img_url": [None], "crop_img_url": [None]},
        {"bbox": ["None"], "parsing_img_url": ["None"], "crop_img_url": ["None"]},
        {"bbox": None, "parsing_img_url": None, "crop_img_url": None},
        {"bbox": "None"},
        {"bbox": []},
        {},
        {"parsing_img_url": ["http://r.example/p.png"]},  # neither place nor garment
    ],
)
def test_parse_report__understands_all_forms_of_nothing_found(output):
    report = parse({"output": output, "usage": {"image_count": 1}})

    assert report.areas == (None,)
    assert report.image_count == 1


@pytest.mark.parametrize(
    "box",
    [
        [1, 2, 3],
        [1, 2, 3, 4, 5],
        [5, 2, 5, 4],
        [1, 9, 3, 4],
        [1, 2, 3, "4"],
        [1, 2, 3, None],
        [1, 2, 3, float("inf")],
        [1, 2, 3, 10**9],
        {"x": 1},
    ],
)
def test_parse_report__ignores_an_invalid_box(box):
    (area,) = parse({"output": {**FOUND["output"], "bbox": [box]}}).areas

    assert area == replace(parse(FOUND).areas[0], box=None)


@pytest.mark.parametrize("bbox", [[None], ["None"], [], None, "None"])
def test_parse_report__keeps_a_crop_whose_box_is_missing(bbox):
    (area,) = parse({"output": {**FOUND["output"], "bbox": bbox}}).areas

    assert (area.box, area.crop_url) == (None, "http://result.example/crop.jpg")


def test_parse_report__lists_may_be_shorter_than_the_request():
    upper, lower = parse(FOUND, "upper", "lower").areas

    assert upper.box == (331, 239, 641, 637)
    assert lower is None


def test_parse_report__reads_the_documents_example_of_an_area_without_clothes():
    """The example is no JSON: ``[null] or [None]``."""
    text = '{"output": {"bbox": [None], "crop_img_url": [None], "parsing_img_url": None}}'

    assert parse(documents.decode(text)).areas == (None,)


def test_parse_report__that_was_cut_does_not_mean_that_nothing_was_found():
    text = json.dumps(FOUND)
    cut = text[: text.index("crop.jpg")]

    with pytest.raises(answers.Malformed):
        answers.parse_report(documents.decode(cut, is_cut=True), clothes_types=["upper"])


def test_parse_report__that_was_cut_after_the_areas_is_whole():
    cut = json.dumps(FOUND)[:-1] + ', "junk": "xxx'
    report = answers.parse_report(documents.decode(cut, is_cut=True), clothes_types=["upper"])

    assert report.areas == parse(FOUND).areas


def test_parse_report__rounds_and_clips_a_box():
    areas = parse({"output": {**FOUND["output"], "bbox": [[-3, 0.4, 10.6, 20]]}}).areas

    assert areas[0].box == (0, 0, 11, 20)


@pytest.mark.parametrize("value", [[None], ["None"], [], None, "None"])
def test_parse_report__keeps_a_box_whose_pictures_are_missing(value):
    document = {"output": {**FOUND["output"], "crop_img_url": value, "parsing_img_url": value}}

    area = parse(document).areas[0]

    assert (area.crop_url, area.cutout_url) == ("", "")


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"output": None},
        {"output": {"code": "InvalidParameter.ClothesType", "message": "no"}},
        {**FOUND, "code": "InternalError"},
    ],
)
def test_parse_report__error_does_not_mean_nothing_found(document):
    with pytest.raises(answers.Malformed):
        parse(document)


# -- task list


def test_task_page__reads_the_flat_list():
    document = {
        "request_id": "r",
        "total": 12,
        "total_page": 2,
        "page_no": 1,
        "page_size": 10,
        "data": [
            {
                "task_id": "t-1",
                "model_name": "aitryon-plus",
                "status": "RUNNING",
                "gmt_create": 1_700_000_000_000,
                "start_time": 1_700_000_001_000,
            },
            {"task_id": "t-2", "status": "SUCCEEDED"},
            {"status": "RUNNING"},
            "junk",
        ],
    }

    tasks, pages, is_complete = answers.task_page(document)

    assert (pages, is_complete) == (2, False)
    assert [task.task_id for task in tasks] == ["t-1", "t-2"]
    assert tasks[0].model == "aitryon-plus"
    assert tasks[0].state is RemoteState.RUNNING
    assert tasks[0].submitted_at == utc(2023, 11, 14, 22, 13, 20)
    assert tasks[1].submitted_at is None


@pytest.mark.parametrize(
    "line",
    [None, [], "t-1", {}, {"task_id": None}, {"task_id": 7}, {"task_id": "t" * 101}],
    ids=str,
)
def test_task_page__with_a_line_that_cannot_be_read_is_not_complete(line):
    """A task that is not understood must not look like one that does not exist."""
    assert not answers.task_page({"data": [line], "total_page": 1}).is_complete


@pytest.mark.parametrize("text", ['{"data": [{"task_id": "t-1"}], "x', '{"data": [{"task_id": "t'])
def test_task_page__that_was_cut_is_not_complete(text):
    assert not answers.task_page(documents.decode(text, is_cut=True)).is_complete


@pytest.mark.parametrize("document", [{}, {"data": None}, {"data": {}}, {"output": {"data": []}}])
def test_task_page__without_a_list_is_malformed(document):
    """An empty list would prove that a submit never arrived."""
    with pytest.raises(answers.Malformed):
        answers.task_page(document)


@pytest.mark.parametrize("document", [{}, {"code": "UnsupportedOperation"}])
def test_confirmed__needs_an_answer_without_an_error(document):
    with pytest.raises(answers.Malformed):
        answers.confirmed(document)
