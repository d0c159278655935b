"""A live shop for generated clients: API, worker and sandbox in one process.

``python -m tests.clients.site`` prints one JSON object when it is ready: the address of the API
and the header that authenticates a superuser. It ends when its standard input is closed.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

API = "/api/outfitanyone/v1"
NAME, PASSWORD = "client", "secret"


def main():
    folder = Path(tempfile.mkdtemp(prefix="outfitanyone-clients-"))
    os.environ["DATABASE_URL"] = f"sqlite:///{folder}/shop.sqlite3"
    from outfitanyone_local.sandbox.http_server import SandboxServer
    from outfitanyone_local.sandbox.options import Options
    from outfitanyone_local.sandbox.rectangle_engine import RectangleEngine
    from tests.conftest import KEY
    from tests.engine_keys import shop

    with SandboxServer(
        options=Options(api_keys=(KEY,), speed=100), engine=RectangleEngine()
    ) as sandbox:
        sandbox.change_options(submits_per_second=1000, queries_per_second=1000)
        options = shop(
            API_KEY=KEY,
            BASE_URL=sandbox.base_url,
            ALLOW_PRIVATE_ADDRESSES=True,
            CHECK_PICTURES=False,
            SUBMITS="100/s",
            QUERIES="1000/s",
            POLL_INTERVAL=0.02,
        )
        from tests.api.sites import TESTS, started

        started(TESTS, OUTFITANYONE=options, LOGGING_CONFIG=None, ALLOWED_HOSTS=["127.0.0.1"])
        serve()


def serve():
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    from tests.factories import make_product, make_staff

    user = make_staff(is_superuser=True, username=NAME)
    user.set_password(PASSWORD)
    user.save()
    make_product(title="Linen shirt")

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_arguments):
            pass

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.daemon_threads = True
    server.set_app(get_wsgi_application())
    for target in (server.serve_forever, keep_working):
        threading.Thread(target=target, daemon=True).start()
    credentials = base64.b64encode(f"{NAME}:{PASSWORD}".encode()).decode()
    ready = {
        "url": f"http://127.0.0.1:{server.server_port}{API}",
        "authorization": f"Basic {credentials}",
    }
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    sys.stdin.read()


def keep_working():
    """Run the worker, as a queue would."""
    from tests.work import one_pass

    while True:
        one_pass()
        time.sleep(0.1)


if __name__ == "__main__":
    main()
