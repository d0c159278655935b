"""The control endpoints, over HTTP and by method."""

from __future__ import annotations

import pytest
import requests

from outfitanyone_local.sandbox.clock import Clock
from outfitanyone_local.sandbox.control import Control


@pytest.fixture
def control(server):
    """Call an endpoint under /sandbox/ without an API key."""

    def call(method, path, body=None, **options):
        url = f"{server.root_url}/sandbox/{path}"
        return requests.request(method, url, json=body, timeout=10, **options)

    return call


def test_overview__names_models_and_faults(control):
    body = control("GET", "").json()
    assert "aitryon-plus" in body["models"]
    assert "drop-after" in body["fault_kinds"]
    assert body["options"]["running_tasks"] == 5


def test_overview__without_a_slash(server):
    assert requests.get(f"{server.root_url}/sandbox", timeout=5).status_code == 200


def test_overview__never_shows_keys(server, control):
    server.change_options(speed=2.0)
    assert "api_keys" not in control("GET", "options").json()["options"]


def test_faults__are_added_listed_and_cleared(control, api):
    fault = control("POST", "faults", {"kind": "error", "code": "SystemError", "times": 2}).json()
    assert api.query("x").json()["code"] == "SystemError"
    (shown,) = control("GET", "faults").json()["faults"]
    assert (shown["id"], shown["hits"], shown["times"]) == (fault["id"], 1, 1)
    assert control("DELETE", f"faults/{fault['id']}").json() == {"faults": []}
    assert api.query("x").status_code == 200
    control("POST", "faults", {"kind": "error"})
    assert control("DELETE", "faults").json() == {"faults": []}
    assert api.query("x").status_code == 200


def test_stats__count_requests_and_tasks(control, api, server, person, garment):
    fields = {"person_image_url": person, "top_garment_url": garment}
    tasks = [api.submitted(**fields), api.submitted(model="aitryon", **fields)]
    api.submit(model="nonsense", **fields)
    api.parse(person)
    api.upload(b"x")
    api.finished(tasks[0])
    api.listed()
    api.cancel("x")
    requests.get(api.output(tasks[0])["image_url"], timeout=5)
    stats = control("GET", "stats").json()
    assert stats["models"]["aitryon"] == {"submits": 1, "accepted": 1, "succeeded": 1}
    assert "nonsense" not in stats["models"]
    expected = {
        "submits": 3,
        "accepted": 2,
        "parses": 1,
        "queries": 2,
        "lists": 1,
        "cancels": 1,
        "policies": 1,
        "uploads": 1,
        "downloads": 1,
        "succeeded": 2,
        "failed": 0,
        "peak_running": 2,
        "peak_submits_per_second": 3,
    }
    assert {name: stats[name] for name in expected} == expected


def test_stats__peak_is_over_any_second(server, api, control):
    for pause in (0.9, 0.05, 0.9, 5, 0.9):
        api.submit()
        server.clock.advance(pause)
    assert control("GET", "stats").json()["peak_submits_per_second"] == 3


def test_clock__can_be_advanced_and_resumed(control, server):
    before = control("GET", "clock").json()
    assert before["frozen"] is True
    moved = control("POST", "clock", {"advance": 3600}).json()
    assert moved["now"] == before["now"] + 3600
    running = control("POST", "clock", {"frozen": False}).json()
    assert running["frozen"] is False
    assert running["now"] >= moved["now"]


def test_progression__can_be_set_and_restored(control, server):
    stages = [["PENDING", 1], ["RUNNING", 2]]
    shown = control("POST", "progression", {"model": "aitryon", "stages": stages}).json()
    assert shown["aitryon"] == {"stages": [["PENDING", 1.0], ["RUNNING", 2.0]], "unit": "seconds"}
    assert shown["aitryon-plus"]["stages"][0] == ["PENDING", 0.02]
    assert control("POST", "progression", {}).json()["aitryon"] != shown["aitryon"]


def test_options__can_be_changed(control, api):
    changed = control("POST", "options", {"field_faults": "submit", "speed": 5}).json()
    assert changed["options"]["field_faults"] == "submit"
    assert api.submit(person_image_url="http://x/").status_code == 400


def test_settle__waits_for_pictures(control, api, server, person, garment):
    server.set_progression([])
    task = api.submitted(person_image_url=person, top_garment_url=garment)
    assert control("POST", "settle").status_code == 200
    assert api.output(task)["task_status"] == "SUCCEEDED"


def test_settle__times_out(control, api, engine, person, garment):
    engine.pause()
    api.submitted(person_image_url=person, top_garment_url=garment)
    response = control("POST", "settle", {"timeout": 0.1})
    engine.resume()
    assert response.status_code == 400
    assert "still in progress" in response.json()["error"]


def test_reset__restores_the_initial_state(control, api, server, person, garment):
    task = api.submitted(person_image_url=person, top_garment_url=garment)
    url = api.finished(task)["image_url"]
    server.faults.add("error", times=None)
    server.change_options(running_tasks=1)
    server.set_progression([])
    assert control("POST", "reset").json()["tasks"] == 0
    assert api.output(task)["task_status"] == "UNKNOWN"
    assert requests.get(url, timeout=5).status_code == 404
    assert server.sandbox.options.running_tasks == 5
    assert server.stats["submits"] == 0
    assert control("GET", "faults").json() == {"faults": []}
    assert control("GET", "clock").json()["frozen"] is False
    assert control("GET", "progression").json()["aitryon"]["stages"] != []


def test_reset__drops_pictures_in_progress(control, api, server, engine, person, garment):
    engine.pause()
    api.submitted(person_image_url=person, top_garment_url=garment)
    control("POST", "reset")
    engine.resume()
    server.settle()
    assert list(server.sandbox.storage.results._folder.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "body", "word"),
    [
        ("faults", {}, "kind"),
        ("faults", {"kind": "flood"}, "kind"),
        ("faults", {"kind": "error", "colour": "red"}, "colour"),
        ("clock", {"advance": -1}, "forward"),
        ("clock", {"advance": 1e300}, "forward"),
        ("clock", {"advance": "much"}, "much"),
        ("clock", {"rewind": 1}, "rewind"),
        ("progression", {"stages": [["RUNNING"]]}, "unpack"),
        ("progression", {"stages": 5}, "iterable"),
        ("options", {"workers": 3}, "workers"),
        ("options", {"speed": 0}, "speed"),
        ("options", {"speed": "fast"}, "speed"),
        ("options", {"field_faults": "never"}, "field_faults"),
        ("options", {"running_tasks": 0}, "running_tasks"),
        ("options", {"changed": 1}, "changed"),
        ("options", {"accept_webp": 1}, "accept_webp"),
        ("reset", {"really": True}, "really"),
    ],
)
def test_body__invalid_values_are_explained(control, path, body, word):
    response = control("POST", path, body)
    assert response.status_code == 400
    assert word in response.json()["error"]


@pytest.mark.parametrize("data", [b"{", b"[]", b"\xff", b"[" * 100_000])
def test_body__not_a_json_object(server, data):
    response = requests.post(f"{server.root_url}/sandbox/faults", data=data, timeout=5)
    assert response.status_code == 400
    assert response.json()["error"]


def test_control__unknown_paths_and_methods(control):
    assert control("GET", "nothing").status_code == 404
    assert control("PUT", "faults").status_code == 405


def test_control__refuses_web_pages(control):
    response = control("POST", "reset", headers={"Origin": "https://evil.example"})
    assert response.status_code == 403


@pytest.mark.parametrize(
    ("peer", "status"),
    [
        ("127.0.0.1", 200),
        ("127.9.9.9", 200),
        ("::1", 200),
        ("::ffff:127.0.0.1", 200),
        ("10.0.0.7", 403),
        ("::ffff:10.0.0.7", 403),
        ("", 403),
    ],
)
def test_control__accepts_only_the_same_machine(server, peer, status):
    from werkzeug.test import EnvironBuilder
    from werkzeug.wrappers import Request

    environ = EnvironBuilder("/sandbox/stats").get_environ() | {"REMOTE_ADDR": peer}
    environ["HTTP_X_FORWARDED_FOR"] = "127.0.0.1"
    assert Control(server.sandbox).handle(Request(environ)).status_code == status


class TestClock:
    def test_clock__resumes_from_its_current_time(self):
        clock = Clock()
        clock.freeze()
        clock.advance(1000)
        stood = clock.now()
        assert clock.now() == stood
        clock.resume()
        assert 0 <= clock.now() - stood < 100

    def test_clock__can_be_advanced_while_it_runs(self):
        clock = Clock()
        before = clock.now()
        clock.advance(500)
        assert 500 <= clock.now() - before < 600

    def test_clock__reports_every_change(self):
        clock, calls = Clock(), []
        clock.changed = lambda: calls.append(clock.now())
        clock.freeze()
        clock.advance(1)
        clock.resume()
        clock.reset()
        assert len(calls) == 4
