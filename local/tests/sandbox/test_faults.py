"""Faults on demand: which calls they hit, and what happens then."""

from __future__ import annotations

import time
from http.client import IncompleteRead
from urllib.request import urlopen

import pytest
import requests

from outfitanyone_local.sandbox.faults import KINDS, Faults


@pytest.fixture
def book():
    return Faults()


def hits(book, times=1, *, endpoint="query", model="aitryon"):
    return [book.take(endpoint=endpoint, model=model) is not None for _ in range(times)]


class TestFaultBook:
    def test_fault__hits_the_next_call_only(self, book):
        book.add("error")
        assert hits(book, 3) == [True, False, False]

    def test_fault__hits_the_next_n_calls(self, book):
        book.add("error", times=2)
        assert hits(book, 3) == [True, True, False]

    def test_fault__hits_always(self, book):
        book.add("error", times=None)
        assert hits(book, 5) == [True] * 5

    def test_fault__hits_one_endpoint_and_model(self, book):
        book.add("error", endpoint="submit", model="aitryon-plus")
        assert hits(book, endpoint="query", model="aitryon-plus") == [False]
        assert hits(book, endpoint="submit", model="aitryon") == [False]
        assert hits(book, endpoint="submit", model="aitryon-plus") == [True]

    def test_fault__hits_at_a_seeded_rate(self, book):
        book.add("error", rate=0.3, seed=5)
        first = hits(book, 200)
        book.clear()
        book.add("error", rate=0.3, seed=5)
        assert hits(book, 200) == first
        assert 40 < sum(first) < 80

    def test_faults__the_first_that_fits_is_used(self, book):
        book.add("error", code="SystemError")
        book.add("error", code="Arrearage")
        taken = [book.take(endpoint="query", model="").problem.code for _ in range(2)]
        assert taken == ["SystemError", "Arrearage"]

    def test_faults__can_be_removed(self, book):
        fault = book.add("error", times=None)
        assert book.remove(fault.id)
        assert not book.remove(fault.id)
        assert hits(book) == [False]

    @pytest.mark.parametrize(
        ("kind", "wish"),
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
            ("too-large", {"bytes": 0}),
            ("redirect", {"location": "http://x/\r\nSet-Cookie: a=b"}),
            ("error", {"status": "500"}),
            ("error", {"word": "X"}),
            ("redirect", {"endpoint": "query"}),
            ("task-failed", {"endpoint": "parse"}),
        ],
    )
    def test_fault__that_makes_no_sense(self, book, kind, wish):
        with pytest.raises(ValueError, match=r".+"):
            book.add(kind, **wish)
        assert book.shown() == []

    @pytest.mark.parametrize("kind", list(KINDS))
    def test_fault__every_kind_can_be_added_by_its_name_alone(self, book, kind):
        assert book.add(kind).kind == kind


@pytest.fixture
def order(person, garment):
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
    def test_error__has_its_documented_words(self, api, server, order, code, status, message):
        server.faults.add("error", code=code)
        answer = api.submit(**order)
        assert answer.status_code == status
        assert answer.headers["Content-Type"] == "application/json"
        assert "Retry-After" not in answer.headers
        assert (answer.json()["code"], answer.json()["message"]) == (code, message)
        assert server.stats["accepted"] == 0
        assert api.submit(**order).status_code == 200

    def test_error__with_other_words(self, api, server, order):
        server.faults.add(
            "error", endpoint="submit", code="InvalidParameter", message="Model not exist."
        )
        server.faults.add("error", endpoint="query", code="Brand.New", status=418, message="tea")
        assert api.submit(**order).json()["message"] == "Model not exist."
        answer = api.query("x")
        assert (answer.status_code, answer.json()["code"]) == (418, "Brand.New")

    def test_error__in_an_upload_is_xml(self, api, server):
        server.faults.add("error", endpoint="upload", code="ServiceUnavailable")
        policy = api.policy().json()["data"]
        answer = requests.post(policy["upload_host"], timeout=5)
        assert answer.status_code == 503
        assert b"<Code>ServiceUnavailable</Code>" in answer.content

    def test_task_failed__with_any_code(self, api, server, order):
        server.faults.add("task-failed", code="DataInspectionFailed")
        server.faults.add("task-failed", code="Odd.Code", message="odd")
        first, second, third = (api.finished(api.submitted(**order)) for _ in range(3))
        assert (first["task_status"], first["code"], first["message"]) == (
            "FAILED",
            "DataInspectionFailed",
            "Input or output data may contain inappropriate content.",
        )
        assert (second["code"], second["message"]) == ("Odd.Code", "odd")
        assert third["task_status"] == "SUCCEEDED"

    def test_task_status__no_client_knows(self, api, server, order):
        task = api.submitted(**order)
        api.finished(task)
        server.faults.add("task-status", word="REHEATING")
        body = api.query(task).json()
        assert body["output"] == {"task_id": task, "task_status": "REHEATING"}
        assert "usage" not in body
        assert api.output(task)["task_status"] == "SUCCEEDED"


class TestAnswers:
    def test_answer__without_content_type(self, api, server, order):
        server.faults.add("no-content-type")
        answer = api.submit(**order)
        assert "Content-Type" not in answer.headers
        assert answer.json()["output"]["task_status"] == "PENDING"

    def test_answer__that_is_not_json(self, api, server, order):
        server.faults.add("not-json")
        answer = api.submit(**order)
        assert answer.status_code == 200
        with pytest.raises(requests.exceptions.JSONDecodeError):
            answer.json()
        assert server.stats["accepted"] == 1

    def test_delay__comes_late_but_right(self, api, server):
        server.faults.add("delay", delay=0.2)
        started = time.monotonic()
        assert api.query("x").json()["output"]["task_status"] == "UNKNOWN"
        assert time.monotonic() - started >= 0.2


class TestConnections:
    def test_drop_before__the_request_has_no_effect(self, api, server, order):
        server.faults.add("drop-before", endpoint="submit")
        with pytest.raises(requests.ConnectionError):
            api.submit(**order)
        assert (server.stats["submits"], server.stats["accepted"]) == (1, 0)
        assert api.submit(**order).status_code == 200

    def test_drop_after__the_task_exists(self, api, server, order):
        server.faults.add("drop-after", endpoint="submit")
        with pytest.raises(requests.ConnectionError):
            api.submit(**order)
        assert server.stats["accepted"] == 1
        assert api.listed().json()["total"] == 1

    @pytest.mark.parametrize(("kind", "accepted"), [("hang-before", 0), ("hang-after", 1)])
    def test_hang__until_the_client_gives_up(self, server, order, kind, accepted):
        server.faults.add(kind, endpoint="submit")
        body = {"model": "aitryon", "input": order}
        headers = {"Authorization": "Bearer k", "X-DashScope-Async": "enable"}
        path = "/services/aigc/image2image/image-synthesis"
        with pytest.raises(requests.ReadTimeout):
            requests.post(server.base_url + path, json=body, headers=headers, timeout=0.3)
        assert server.stats["accepted"] == accepted
        for thread in list(server._listener._connections):
            thread.join(5)
        assert not server._listener._connections

    def test_hang__for_a_while(self, api, server):
        server.faults.add("hang-before", seconds=0.1)
        with pytest.raises(requests.ConnectionError):
            api.query("x")


class TestDownloads:
    @pytest.fixture
    def address(self, api, order):
        return api.finished(api.submitted(**order))["image_url"]

    def get(self, address, **options):
        return requests.get(address, timeout=10, **options)

    def test_download__cut_short(self, server, address):
        size = int(requests.head(address, timeout=5).headers["Content-Length"])
        server.faults.add("cut-short")
        with urlopen(address, timeout=5) as answer:
            assert int(answer.headers["Content-Length"]) == size
            with pytest.raises(IncompleteRead) as cut:
                answer.read()
        assert len(cut.value.partial) == size // 2
        assert self.get(address).status_code == 200

    def test_download__of_the_wrong_type(self, server, address):
        server.faults.add("wrong-type")
        answer = self.get(address)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/plain")

    def test_download__too_large_and_unannounced(self, server, address):
        server.faults.add("too-large", bytes=20_000_000)
        with self.get(address, stream=True) as answer:
            assert "Content-Length" not in answer.headers
            received = sum(len(block) for block in answer.iter_content(1 << 20))
        assert received >= 20_000_000

    def test_download__redirecting(self, server, address):
        server.faults.add("redirect", location="http://10.0.0.1/secret")
        answer = self.get(address, allow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (302, "http://10.0.0.1/secret")

    def test_download__expired(self, server, address):
        server.faults.add("expired")
        answer = self.get(address)
        assert answer.status_code == 403
        assert b"<Message>Request has expired.</Message>" in answer.content

    def test_download__faults_spare_the_sandbox_itself(self, api, server, person, garment):
        crop = api.parse(person).json()["output"]["crop_img_url"][0]
        server.faults.add("expired")
        task = api.submitted(person_image_url=person, top_garment_url=crop)
        assert api.finished(task)["task_status"] == "SUCCEEDED"


def test_stopping__does_not_wait_for_a_hanging_answer(server, api):
    server.faults.add("hang-before", times=None)
    with pytest.raises(requests.ConnectionError):
        # the server is stopped while the request hangs
        _while_hanging(server, api)


def _while_hanging(server, api):
    import threading

    threading.Timer(0.2, server.stop).start()
    api.call("GET", "/api/v1/tasks/x", timeout=10)
