from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from drawing.noise import picture_bytes
from outfitanyone_local.sandbox.http_server import SandboxServer
from outfitanyone_local.sandbox.options import Options
from outfitanyone_local.sandbox.rectangle_engine import RectangleEngine
from outfitanyone_local.sandbox.remote_models import IMAGE_PROCESS, IMAGE_SYNTHESIS

ASYNC = {"X-DashScope-Async": "enable"}
RESOLVE = {"X-DashScope-OssResourceResolve": "enable"}


class Api:
    """A client that sends any request, valid or not, over one connection."""

    def __init__(self, server, *, key="sk-tester"):
        self.server = server
        self.session = requests.Session()
        self.session.trust_env = False
        if key is not None:
            self.session.headers["Authorization"] = f"Bearer {key}"

    def call(self, method, path, **options):
        options.setdefault("timeout", 20)
        url = path if path.startswith("http") else self.server.root_url + path
        return self.session.request(method, url, **options)

    def post_submit(self, body, *, headers=ASYNC, slash="", **options):
        return self.call("POST", IMAGE_SYNTHESIS + slash, json=body, headers=headers, **options)

    def submit(self, *, model="aitryon-plus", parameters=None, headers=None, **input_fields):
        body = {"model": model, "input": input_fields}
        if parameters is not None:
            body["parameters"] = parameters
        return self.post_submit(body, headers=ASYNC | (headers or {}))

    def submitted(self, **options):
        """The id of an accepted task."""
        response = self.submit(**options)
        assert response.status_code == 200, response.text
        return response.json()["output"]["task_id"]

    def parse(self, url, clothes_type=None, *, headers=None, model="aitryon-parsing-v1"):
        body = {"model": model, "input": {"image_url": url}}
        if clothes_type is not None:
            body["parameters"] = {"clothes_type": clothes_type}
        return self.call("POST", IMAGE_PROCESS, json=body, headers=headers or {})

    def query(self, task_id):
        return self.call("GET", f"/api/v1/tasks/{task_id}")

    def output(self, task_id):
        return self.query(task_id).json()["output"]

    def finished(self, task_id):
        """The output of a task after its picture is ready and its time is over."""
        self.server.settle()
        self.server.clock.advance(60)
        return self.output(task_id)

    def cancel(self, task_id):
        return self.call("POST", f"/api/v1/tasks/{task_id}/cancel")

    def listed(self, **arguments):
        return self.call("GET", "/api/v1/tasks", params=arguments)

    def policy(self, model="aitryon-plus"):
        arguments = {"action": "getPolicy", "model": model}
        return self.call("GET", "/api/v1/uploads", params=arguments)

    def upload(self, data, *, model="aitryon-plus", name="picture.png"):
        """The oss:// URL of an uploaded file."""
        policy = self.policy(model).json()["data"]
        fields = upload_fields(policy, name=name)
        response = requests.post(
            policy["upload_host"], data=fields, files={"file": data}, timeout=20
        )
        assert response.status_code == 200, response.text
        return f"oss://{fields['key']}"


def upload_fields(policy, *, name="picture.png"):
    return {
        "OSSAccessKeyId": policy["oss_access_key_id"],
        "Signature": policy["signature"],
        "policy": policy["policy"],
        "key": f"{policy['upload_dir']}/{name}",
        "x-oss-object-acl": policy["x_oss_object_acl"],
        "x-oss-forbid-overwrite": policy["x_oss_forbid_overwrite"],
        "success_action_status": "200",
    }


class Shop(ThreadingHTTPServer):
    """Serves pictures like a shop, or badly on request."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _ShopRequest)
        self.pages = {}
        self.requested = []
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    def handle_error(self, *_):
        """Ignore that the sandbox ends downloads that are too large or too slow."""

    def serve(self, data, *, path="", status=200, headers=None):
        """The URL of a picture, or of other ``data``."""
        path = path or f"/{len(self.pages)}.png"
        self.pages[path] = (status, headers or {}, data)
        return f"http://127.0.0.1:{self.server_port}{path}"


class _ShopRequest(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requested.append(self.path)
        status, headers, data = self.server.pages.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if callable(data):
            data(self.wfile)
        else:
            self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture
def options():
    return Options()


@pytest.fixture
def engine():
    return RectangleEngine()


@pytest.fixture(scope="session")
def running_servers():
    """One running sandbox for each set of options, because a reset is faster than a start."""
    servers = {}
    yield servers
    for server in servers.values():
        server.stop()


@pytest.fixture
def server(options, engine, running_servers):
    """A sandbox in its initial state, with a frozen clock."""
    if options not in running_servers:
        running_servers[options] = SandboxServer(options=options)
        running_servers[options].start()
    running = running_servers[options]
    running.reset()
    running.clock.freeze()
    running.sandbox.image_service._engine = engine
    yield running
    running._listener.end_connections()
    running.settle()


@pytest.fixture
def own_server(options, engine):
    """A sandbox that no other test uses."""
    with SandboxServer(options=options, engine=engine) as running:
        running.clock.freeze()
        yield running


@pytest.fixture
def new_api(server):
    """Create clients with other keys."""
    made = []

    def new(key="sk-tester"):
        made.append(Api(server, key=key))
        return made[-1]

    yield new
    for api in made:
        api.session.close()


@pytest.fixture
def api(new_api):
    return new_api()


@pytest.fixture(scope="session")
def shop_server():
    running = Shop()
    running.thread.start()
    yield running
    running.shutdown()
    running.server_close()
    running.thread.join()


@pytest.fixture
def shop(shop_server):
    """A shop without pictures."""
    shop_server.pages.clear()
    shop_server.requested.clear()
    return shop_server


@pytest.fixture
def person(shop):
    return shop.serve(picture_bytes(seed=1, file_format="BMP"), path="/person.bmp")


@pytest.fixture
def garment(shop):
    return shop.serve(picture_bytes(seed=2, file_format="BMP"), path="/garment.bmp")
