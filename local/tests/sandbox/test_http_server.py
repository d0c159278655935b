"""Start and stop, and the files that remain."""

from __future__ import annotations

import json
import tempfile
import threading

import pytest
import requests

from drawing.noise import picture_bytes
from outfitanyone_local.sandbox.http_server import SandboxServer
from outfitanyone_local.sandbox.options import Options
from outfitanyone_local.sandbox.rectangle_engine import RectangleEngine

from .conftest import RESOLVE, Api


def test_server__listens_on_loopback_only():
    with SandboxServer() as server:
        assert server.base_url == f"http://127.0.0.1:{server.port}/api/v1"
        assert server._listener.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize(
    ("host", "shown"), [("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("localhost", "localhost")]
)
def test_server__root_url_is_usable_for_any_host(host, shown):
    with SandboxServer(host=host) as server:
        assert server.root_url == f"http://{shown}:{server.port}"
        assert requests.get(f"{server.root_url}/sandbox/", timeout=5).status_code == 200


def test_server__port_in_use_is_an_error_at_once():
    with SandboxServer() as first, pytest.raises(OSError, match="in use"):
        SandboxServer(port=first.port)


def test_stop__leaves_no_files_and_no_threads(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    threads = set(threading.enumerate())
    with SandboxServer(engine=RectangleEngine()) as server:
        api = Api(server)
        api.upload(picture_bytes())
        assert len(list(tmp_path.iterdir())) == 1
    api.session.close()
    assert list(tmp_path.iterdir()) == []
    assert set(threading.enumerate()) <= threads


def test_stop__without_start():
    server = SandboxServer()
    assert server.sandbox._folder.exists()
    server.sandbox.start()
    server.stop()
    assert not server.sandbox._folder.exists()


def test_stop__ends_idle_connections():
    with SandboxServer() as server:
        session = requests.Session()
        session.get(f"{server.root_url}/sandbox/", timeout=5)
    with pytest.raises(requests.ConnectionError):
        session.get(f"{server.root_url}/sandbox/", timeout=5)
    session.close()


class TestStateDir:
    @pytest.fixture
    def start(self, tmp_path):
        """Start one sandbox after the other in the same folder."""
        running = []

        def start_next(engine=None):
            for server, api in running:
                api.session.close()
                server.stop()
            running.clear()
            server = SandboxServer(state_dir=tmp_path / "state", engine=engine or RectangleEngine())
            server.start()
            server.clock.freeze()
            running.append((server, Api(server)))
            return running[0]

        yield start_next
        for server, api in running:
            api.session.close()
            server.stop()

    def test_state__finished_tasks_and_files_are_kept(self, start, person, garment):
        _, api = start()
        task = api.submitted(person_image_url=person, top_garment_url=garment)
        before = api.finished(task)
        picture = requests.get(before["image_url"], timeout=5).content
        _, api = start()
        after = api.output(task)
        assert after["task_status"] == "SUCCEEDED"
        assert after["end_time"] == before["end_time"]
        assert requests.get(after["image_url"], timeout=5).content == picture
        assert api.listed().json()["total"] == 1

    def test_state__old_urls_stay_valid(self, start, person, garment):
        server, api = start()
        task = api.submitted(person_image_url=person, top_garment_url=garment)
        old = api.finished(task)["image_url"].replace(server.root_url, "")
        server, _ = start()
        assert requests.get(server.root_url + old, timeout=5).status_code == 200

    def test_state__uploads_are_kept(self, start, garment):
        _, api = start()
        url = api.upload(picture_bytes())
        _, api = start()
        task = api.submitted(person_image_url=url, top_garment_url=garment, headers=RESOLVE)
        assert api.finished(task)["task_status"] == "SUCCEEDED"

    def test_state__unfinished_pictures_are_made_again(self, start, person, garment):
        engine = RectangleEngine()
        engine.pause()
        server, api = start(engine)
        fields = {"person_image_url": person, "top_garment_url": garment}
        tasks = [api.submitted(**fields) for _ in range(7)]
        engine.try_on = lambda *_, **__: (_ for _ in ()).throw(SystemError("stopped"))
        second_engine = RectangleEngine()
        # The second sandbox does not know which pictures were in progress at the stop.
        for path in (server.sandbox.tasks._folder).glob("*.json"):
            saved = json.loads(path.read_text())
            assert saved["made_at"] is None
        server.sandbox._runner.submit = lambda *_: None
        server.sandbox.tasks.record = lambda *_, **__: True
        engine.resume()
        server, api = start(second_engine)
        for _ in range(3):
            server.settle()
            server.clock.advance(30)
            api.listed()
        statuses = [api.output(task)["task_status"] for task in tasks]
        assert statuses == ["SUCCEEDED"] * 7

    def test_state__tasks_of_another_version_are_ignored(self, start, tmp_path, caplog):
        folder = tmp_path / "state" / "tasks"
        folder.mkdir(parents=True)
        for name, text in (("a", "{"), ("b", "[]"), ("c", '{"task_id": "c"}')):
            (folder / f"{name}.json").write_text(text)
        _, api = start()
        assert api.listed().json()["total"] == 0
        assert caplog.text.count("is not a task of this version") == 3
        assert len(list(folder.iterdir())) == 3

    def test_state__holds_no_keys(self, start, person, garment, tmp_path):
        _, api = start()
        api.submitted(person_image_url=person, top_garment_url=garment)
        api.upload(picture_bytes())
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert files
        assert all(b"sk-tester" not in path.read_bytes() for path in files)

    def test_state__is_emptied_by_reset(self, start, person, garment, tmp_path):
        server, api = start()
        api.finished(api.submitted(person_image_url=person, top_garment_url=garment))
        server.reset()
        assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["secret"]


def test_task_files__are_purged_after_a_day(server, api, person, garment):
    task = api.submitted(person_image_url=person, top_garment_url=garment)
    folder = server.sandbox.tasks._folder
    assert [path.stem for path in folder.iterdir()] == [task]
    server.settle()
    server.sandbox._purge(server.clock.now() + 25 * 3600)
    assert list(folder.iterdir()) == []
    assert len(server.sandbox.tasks) == 0


class TestRealTime:
    @pytest.fixture
    def options(self):
        return Options(speed=200, running_tasks=1)

    def test_waiting_tasks__start_without_queries(self, api, server, person, garment):
        server.clock.resume()
        fields = {"person_image_url": person, "top_garment_url": garment}
        for _ in range(3):
            api.submitted(**fields)
        done = threading.Event()
        for _ in range(200):
            if server.stats["succeeded"] == 3:
                break
            done.wait(0.05)
        assert server.stats["succeeded"] == 3
        assert server.stats["peak_running"] == 1
        assert server.stats["queries"] == 0
