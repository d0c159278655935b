"""Faults: which requests they hit, and what they do."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.client import IncompleteRead
from urllib.request import urlopen

import pytest
import requests

from drawing.noise import picture_bytes
from outfitanyone_local.sandbox.clock import BEIJING
from outfitanyone_local.sandbox.fault_kinds import KINDS
from outfitanyone_local.sandbox.faults import Faults

from .conftest import Api


@pytest.fixture
def faults():
    return Faults()


def hits(faults, times=1, *, endpoint="query", model="aitryon"):
    return [faults.take(endpoint=endpoint, model=model) is not None for _ in range(times)]


class TestFaults:
    def test_fault__hits_the_next_request_only(self, faults):
        faults.add("error")
        assert hits(faults, 3) == [True, False, False]

    def test_fault__hits_the_next_n_requests(self, faults):
        faults.add("error", times=2)
        assert hits(faults, 3) == [True, True, False]

    def test_fault__hits_every_request(self, faults):
        faults.add("error", times=None)
        assert hits(faults, 5) == [True] * 5

    def test_fault__hits_one_endpoint_and_model(self, faults):
        faults.add("error", endpoint="submit", model="aitryon-plus")
        assert hits(faults, endpoint="query", model="aitryon-plus") == [False]
        assert hits(faults, endpoint="submit", model="aitryon") == [False]
        assert hits(faults, endpoint="submit", model="aitryon-plus") == [True]

    def test_fault__hits_at_a_seeded_rate(self, faults):
        faults.add("error", rate=0.3, seed=5)
        first = hits(faults, 200)
        faults.clear()
        faults.add("error", rate=0.3, seed=5)
        assert hits(faults, 200) == first
        assert 40 < sum(first) < 80

    def test_faults__the_first_match_is_used(self, faults):
        faults.add("error", code="SystemError")
        faults.add("error", code="Arrearage")
        taken = [faults.take(endpoint="query", model="").problem().code for _ in range(2)]
        assert taken == ["SystemError", "Arrearage"]

    def test_faults__can_be_removed(self, faults):
        fault = faults.add("error", times=None)
        assert faults.remove(fault.id)
        assert not faults.remove(fault.id)
        assert hits(faults) == [False]

    @pytest.mark.parametrize(
        ("kind", "settings"),
        [
            ("flood", {}),
            ("error", {"endpoint": "everywhere"}),
            ("error", {"times": -1}),
            ("error", {"times": "2"}),
            ("error", {"times": True}),
            ("error", {"rate": 1.5}),
            ("error", {"delay": -1}),
            ("error", {"delay": float("nan")}),
            ("error", {"status": 99}),
            ("hang-before", {"seconds": float("inf")}),
            ("hang-before", {"seconds": -1}),
            ("late", {"seconds": -1}),
            ("late", {"endpoint": "query"}),
            ("clock_skew", {"seconds": float("nan")}),
            ("too-large", {"bytes": 0}),
            ("long-answer", {"place": "middle"}),
            ("redirect", {"location": "http://x/\r\nSet-Cookie: a=b"}),
            ("error", {"status": "500"}),
            ("error", {"word": "X"}),
            ("error", {"download_timeout": "fr"}),
            ("redirect", {"endpoint": "query"}),
            ("task-failed", {"endpoint": "parse"}),
        ],
    )
    def test_fault__invalid(self, faults, kind, settings):
        with pytest.raises(ValueError, match=r".+"):
            faults.add(kind, **settings)
        assert faults.as_dicts() == []

    @pytest.mark.parametrize("kind", list(KINDS))
    def test_fault__every_kind_works_without_settings(self, faults, kind):
        assert faults.add(kind).kind == kind


@pytest.fixture
def fields(person, garment):
    return {"person_image_url": person, "top_garment_url": garment}


class TestErrors:
    @pytest.mark.parametrize(
        ("code", "status", "message"),
        [
            ("Throttling", 429, "Requests throttling triggered."),
            (
                "Throttling.RateQuota",
                429,
                "Requests rate limit exceeded, please try again later.",
            ),
            (
                "Throttling.BurstRate",
                429,
                (
                    "Request rate increased too quickly. To ensure system stability, please adjust "
                    "your client logic to scale requests more smoothly over time."
                ),
            ),
            (
                "Throttling.AllocationQuota",
                429,
                "Allocated quota exceeded, please increase your quota limit.",
            ),
            ("CommodityNotPurchased", 429, ""),
            (
                "InternalError",
                500,
                "An internal error has occured, please try again later or contact service support.",
            ),
            ("ModelUnavailable", 503, "Model is unavailable, please try again later."),
            ("Endpoint.AccessDenied", 403, "Workspace endpoint access denied."),
            ("ModelNotFound", 404, "Model can not be found."),
            (
                "Arrearage",
                400,
                "Access denied, please make sure your account is in good standing.",
            ),
        ],
    )
    def test_error__has_its_documented_status_and_message(
        self, api, server, fields, code, status, message
    ):
        server.faults.add("error", code=code)
        response = api.submit(**fields)
        assert response.status_code == status
        assert response.headers["Content-Type"] == "application/json"
        assert "Retry-After" not in response.headers
        assert (response.json()["code"], response.json()["message"]) == (code, message)
        assert server.stats["accepted"] == 0
        assert api.submit(**fields).status_code == 200

    def test_error__with_custom_status_and_message(self, api, server, fields):
        server.faults.add(
            "error", endpoint="submit", code="InvalidParameter", message="Model not exist."
        )
        server.faults.add("error", endpoint="query", code="Brand.New", status=418, message="tea")
        assert api.submit(**fields).json()["message"] == "Model not exist."
        response = api.query("x")
        assert (response.status_code, response.json()["code"]) == (418, "Brand.New")

    def test_error__in_an_upload_is_xml(self, api, server):
        server.faults.add("error", endpoint="upload", code="ServiceUnavailable")
        policy = api.policy().json()["data"]
        response = requests.post(policy["upload_host"], timeout=5)
        assert response.status_code == 503
        assert b"<Code>ServiceUnavailable</Code>" in response.content

    def test_task_failed__with_any_code(self, api, server, fields):
        server.faults.add("task-failed", code="DataInspectionFailed")
        server.faults.add("task-failed", code="Odd.Code", message="odd")
        first, second, third = (api.finished(api.submitted(**fields)) for _ in range(3))
        assert (first["task_status"], first["code"], first["message"]) == (
            "FAILED",
            "DataInspectionFailed",
            "Input or output data may contain inappropriate content.",
        )
        assert (second["code"], second["message"]) == ("Odd.Code", "odd")
        assert third["task_status"] == "SUCCEEDED"

    @pytest.mark.parametrize(
        ("language", "part"),
        [
            ("en", "Download the media resource timed out"),
            ("ja", "メディアリソースのダウンロードがタイムアウト"),
            ("zh", "下载媒体资源超时"),
        ],
    )
    def test_download_timeout__in_every_language(self, api, server, fields, language, part):
        server.faults.add("error", endpoint="submit", download_timeout=language)
        server.faults.add("task-failed", download_timeout=language)
        response = api.submit(**fields)
        output = api.finished(api.submitted(**fields))
        assert (response.status_code, response.json()["code"]) == (400, "InvalidParameter")
        assert (output["task_status"], output["code"]) == ("FAILED", "InvalidParameter")
        assert part in response.json()["message"]
        assert part in output["message"]

    def test_task_status__any_word(self, api, server, fields):
        task = api.submitted(**fields)
        api.finished(task)
        server.faults.add("task-status", word="REHEATING")
        body = api.query(task).json()
        assert body["output"] == {"task_id": task, "task_status": "REHEATING"}
        assert "usage" not in body
        assert api.output(task)["task_status"] == "SUCCEEDED"


class TestResponses:
    def test_response__without_content_type(self, api, server, fields):
        server.faults.add("no-content-type")
        response = api.submit(**fields)
        assert "Content-Type" not in response.headers
        assert response.json()["output"]["task_status"] == "PENDING"

    def test_response__not_json(self, api, server, fields):
        server.faults.add("not-json")
        response = api.submit(**fields)
        assert response.status_code == 200
        with pytest.raises(requests.exceptions.JSONDecodeError):
            response.json()
        assert server.stats["accepted"] == 1

    @pytest.mark.parametrize("place", ["start", "end"])
    def test_long_answer__is_correct_but_long(self, api, server, fields, place):
        server.faults.add("long-answer", bytes=3_000_000, place=place)
        response = api.submit(**fields)
        body = response.json()
        assert len(response.content) > 3_000_000
        assert body["output"]["task_status"] == "PENDING"
        assert list(body)[0 if place == "start" else -1] == "junk"

    def test_long_answer__leaves_a_file_as_it_is(self, api, server, fields):
        server.faults.add("long-answer", endpoint="download")
        url = api.finished(api.submitted(**fields))["image_url"]
        assert requests.get(url, timeout=5).content[:2] == b"\xff\xd8"

    def test_delay__response_is_late_but_correct(self, api, server):
        server.faults.add("delay", delay=0.2)
        started = time.monotonic()
        assert api.query("x").json()["output"]["task_status"] == "UNKNOWN"
        assert time.monotonic() - started >= 0.2


class TestConnections:
    def test_drop_before__request_has_no_effect(self, api, server, fields):
        server.faults.add("drop-before", endpoint="submit")
        with pytest.raises(requests.ConnectionError):
            api.submit(**fields)
        assert (server.stats["submits"], server.stats["accepted"]) == (1, 0)
        assert api.submit(**fields).status_code == 200

    def test_drop_after__task_exists(self, api, server, fields):
        server.faults.add("drop-after", endpoint="submit")
        with pytest.raises(requests.ConnectionError):
            api.submit(**fields)
        assert server.stats["accepted"] == 1
        assert api.listed().json()["total"] == 1

    @pytest.mark.parametrize(("kind", "accepted"), [("hang-before", 0), ("hang-after", 1)])
    def test_hang__until_the_client_times_out(self, server, fields, kind, accepted):
        server.faults.add(kind, endpoint="submit")
        body = {"model": "aitryon", "input": fields}
        headers = {"Authorization": "Bearer k", "X-DashScope-Async": "enable"}
        path = "/services/aigc/image2image/image-synthesis"
        with pytest.raises(requests.ReadTimeout):
            requests.post(server.base_url + path, json=body, headers=headers, timeout=1)
        assert server.stats["accepted"] == accepted
        for thread in list(server._listener._connections):
            thread.join(5)
        assert not server._listener._connections

    def test_hang__for_some_seconds(self, api, server):
        server.faults.add("hang-before", seconds=0.1)
        with pytest.raises(requests.ConnectionError):
            api.query("x")


class TestLate:
    def test_submit__takes_effect_after_the_connection_was_cut(self, api, server, fields):
        server.faults.add("late", seconds=0.3)
        with pytest.raises(requests.ConnectionError):
            api.submit(**fields)
        assert api.listed().json()["data"] == []

        end = time.monotonic() + 10
        while not (tasks := api.listed().json()["data"]) and time.monotonic() < end:
            time.sleep(0.02)
        (task,) = tasks
        assert server.stats["accepted"] == 1
        assert task["gmt_create"] / 1000 > time.time() - 30

    def test_submit__that_is_invalid_has_no_effect(self, api, server, fields):
        server.faults.add("late", seconds=0)
        with pytest.raises(requests.ConnectionError):
            api.post_submit({"model": "aitryon"})
        time.sleep(0.2)

        assert api.listed().json()["data"] == []

    def test_stop__does_not_wait_for_it(self, own_server, fields):
        own_server.faults.add("late", seconds=600)
        with pytest.raises(requests.ConnectionError):
            Api(own_server).submit(**fields)

        started = time.monotonic()
        own_server.stop()
        assert time.monotonic() - started < 5


class TestClockSkew:
    @pytest.mark.parametrize("seconds", [-90, 150])
    def test_api__shows_another_time(self, api, server, fields, seconds):
        server.faults.add("clock_skew", seconds=seconds)
        before = time.time()
        response = api.submit(**fields)
        task_id = response.json()["output"]["task_id"]
        task = api.listed().json()["data"][0]

        assert abs(date_of(response) - before - seconds) < 20
        assert abs(task["gmt_create"] / 1000 - before - seconds) < 20
        shown = datetime.fromisoformat(api.output(task_id)["submit_time"]).replace(tzinfo=BEIJING)
        assert abs(shown.timestamp() - before - seconds) < 20

    def test_error__shows_another_time_too(self, api, server):
        server.faults.add("clock_skew", seconds=-90, endpoint="query")
        answers = [Api(server, key=None).query("0"), api.listed()]

        assert date_of(answers[0]) < time.time() - 60 < date_of(answers[1])

    def test_list__filters_by_the_time_that_it_shows(self, api, server, fields):
        server.faults.add("clock_skew", seconds=-3600)
        api.submitted(**fields)
        now = time.time()

        assert api.listed(start_time=stamp(now - 60), end_time=stamp(now + 60)).json()["total"] == 0
        there = now - 3600
        found = api.listed(start_time=stamp(there - 60), end_time=stamp(there + 60)).json()
        assert found["total"] == 1

    def test_skew__does_not_change_how_long_a_task_runs(self, api, server, fields):
        server.faults.add("clock_skew", seconds=150)
        server.set_progression([("RUNNING", 60)])
        task_id = api.submitted(**fields)
        server.settle()

        assert api.output(task_id)["task_status"] == "RUNNING"

    def test_skew__combines_with_another_fault(self, api, server, fields):
        server.faults.add("clock_skew")
        server.faults.add("drop-after", endpoint="submit")
        with pytest.raises(requests.ConnectionError):
            api.submit(**fields)

        assert date_of(api.listed()) < time.time() - 60


def date_of(response):
    return parsedate_to_datetime(response.headers["Date"]).timestamp()


def stamp(moment):
    return datetime.fromtimestamp(moment, BEIJING).strftime("%Y%m%d%H%M%S")


class TestDownloads:
    @pytest.fixture
    def url(self, api, fields):
        return api.finished(api.submitted(**fields))["image_url"]

    def get(self, url, **options):
        return requests.get(url, timeout=10, **options)

    def test_download__cut_short(self, server, url):
        size = int(requests.head(url, timeout=5).headers["Content-Length"])
        server.faults.add("cut-short")
        with urlopen(url, timeout=5) as response:
            assert int(response.headers["Content-Length"]) == size
            with pytest.raises(IncompleteRead) as cut:
                response.read()
        assert len(cut.value.partial) == size // 2
        assert self.get(url).status_code == 200

    def test_download__wrong_type(self, server, url):
        server.faults.add("wrong-type")
        response = self.get(url)
        assert (response.status_code, response.headers["Content-Type"]) == (200, "text/plain")

    def test_download__too_large_without_content_length(self, server, url):
        server.faults.add("too-large", bytes=20_000_000)
        with self.get(url, stream=True) as response:
            assert "Content-Length" not in response.headers
            received = sum(len(block) for block in response.iter_content(1 << 20))
        assert received >= 20_000_000

    def test_download__redirect(self, server, url):
        server.faults.add("redirect", location="http://10.0.0.1/secret")
        response = self.get(url, allow_redirects=False)
        assert (response.status_code, response.headers["Location"]) == (
            302,
            "http://10.0.0.1/secret",
        )

    def test_download__expired(self, server, url):
        server.faults.add("expired")
        response = self.get(url)
        assert response.status_code == 403
        assert b"<Message>Request has expired.</Message>" in response.content

    def test_download__faults_do_not_hit_the_sandbox_itself(self, api, server, shop):
        person = shop.serve(picture_bytes(400, 600))
        crop = api.parse(person).json()["output"]["crop_img_url"][0]
        server.faults.add("expired")
        task = api.submitted(person_image_url=person, top_garment_url=crop)
        assert api.finished(task)["task_status"] == "SUCCEEDED"


def test_stop__does_not_wait_for_a_hanging_response(own_server):
    own_server.faults.add("hang-before", times=None)
    threading.Timer(0.1, own_server.stop).start()
    with pytest.raises(requests.ConnectionError):
        requests.get(
            f"{own_server.base_url}/tasks/x", headers={"Authorization": "Bearer k"}, timeout=10
        )
