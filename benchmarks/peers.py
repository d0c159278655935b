"""Other ways to do the same work: the vendor's SDK, and two uses of django-q2.

Each gets the best conditions: it uploads each picture once and writes no row. Only plain threads
parse, as this app does.
"""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from tests.orders import try_on_order

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import TaskReport

MODEL = "aitryon-plus"
KEY = "sk-for-benchmarks"
THREADS = 5
TOO_MANY = 429
BEIJING = timezone(timedelta(hours=8))
Pair = tuple[str, str]
"""URLs of a person and a top."""
SLEEP = 1.0
"""Seconds between two polls of the sleeping job; also the SDK's first interval."""


def by_sdk(base_url: str, pairs: Sequence[Pair], folder: Path) -> list[float]:
    """Call, wait and download in five threads; return how many seconds late each saw the end."""
    dashscope = _sdk(base_url)

    def try_on(pair: Pair) -> float:
        response = dashscope.ImageSynthesis.call(
            MODEL,
            prompt="x",
            task="image2image",
            extra_input={"person_image_url": pair[0], "top_garment_url": pair[1]},
            headers={"X-DashScope-OssResourceResolve": "enable"},
        )
        known_at = time.time()
        output: Any = response.output
        _store(requests.get(output["image_url"], timeout=30).content, folder, output["task_id"])
        ended = datetime.fromisoformat(output["end_time"]).replace(tzinfo=BEIJING)
        return known_at - ended.timestamp()

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(try_on, pairs))


def by_threads(
    base_url: str, pairs: Sequence[tuple[Path, Path]], folder: Path, *, threads: int
) -> None:
    """Do all that this app does but the rows, in plain threads with a queue.

    Each thread keeps its connection, polls each second, and parses the picture that it stored. As
    many threads upload the pictures, each once, in the order in which they are needed.
    """
    local = threading.local()

    def session() -> requests.Session:
        if not hasattr(local, "session"):
            local.session = requests.Session()
            local.session.headers["Authorization"] = f"Bearer {KEY}"
        kept: requests.Session = local.session
        return kept

    def call(method: str, path: str, **request: Any) -> Any:
        while (answer := session().request(method, f"{base_url}/{path}", **request)).status_code:
            if answer.status_code != TOO_MANY:
                answer.raise_for_status()
                return answer.json()
            time.sleep(random.uniform(0.5, 1.5))
        return None

    def upload(path: Path) -> str:
        policy = call("GET", f"uploads?action=getPolicy&model={MODEL}")["data"]
        key = f"{policy['upload_dir']}/{path.name}"
        fields = {
            "OSSAccessKeyId": policy["oss_access_key_id"],
            "Signature": policy["signature"],
            "policy": policy["policy"],
            "key": key,
            "x-oss-object-acl": policy["x_oss_object_acl"],
            "x-oss-forbid-overwrite": policy["x_oss_forbid_overwrite"],
        }
        sent = {"data": fields, "files": {"file": path.read_bytes()}}
        session().post(policy["upload_host"], timeout=30, **sent).raise_for_status()
        return f"oss://{key}"

    def try_on(pair: tuple[Path, Path]) -> None:
        person, top = (uploaded[path].result() for path in pair)
        inputs = {"person_image_url": person, "top_garment_url": top}
        output = call(
            "POST",
            "services/aigc/image2image/image-synthesis/",
            json={"model": MODEL, "input": inputs, "parameters": {}},
            headers={"X-DashScope-Async": "enable", "X-DashScope-OssResourceResolve": "enable"},
        )["output"]
        while output["task_status"] not in {"SUCCEEDED", "FAILED"}:
            time.sleep(SLEEP)
            output = call("GET", f"tasks/{output['task_id']}")["output"]
        url = output["image_url"]
        _store(session().get(url, timeout=30).content, folder, output["task_id"])
        areas = call(
            "POST",
            "services/vision/image-process/process",
            json={
                "model": "aitryon-parsing-v1",
                "input": {"image_url": url},
                "parameters": {"clothes_type": ["upper", "lower"]},
            },
        )["output"]
        for address in (*areas["parsing_img_url"], *areas["crop_img_url"]):
            session().get(address, timeout=30)

    needed = dict.fromkeys(path for pair in pairs for path in pair)
    with ThreadPoolExecutor(threads) as uploads, ThreadPoolExecutor(threads) as pool:
        uploaded = {path: uploads.submit(upload, path) for path in needed}
        list(pool.map(try_on, pairs))


def upload_by_sdk(base_url: str, pictures: Sequence[Path]) -> list[str]:
    """Return the URLs of the uploaded pictures, in the same order."""
    _sdk(base_url)
    from dashscope.utils.oss_utils import OssUtils

    def upload(path: Path) -> str:
        return str(OssUtils.upload(model=MODEL, file_path=str(path), api_key=KEY)[0])

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(upload, pictures))


def upload_by_client(pictures: Sequence[Path]) -> list[str]:
    """Upload with this project's client, for the uses of django-q2; see ``upload_by_sdk``."""
    from django_outfitanyone.conf import conf

    def upload(path: Path) -> str:
        return engine.upload(path.read_bytes(), filename=path.name, model=MODEL).url

    with closing(conf.default_engine.load()) as engine, ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(upload, pictures))


def _sdk(base_url: str) -> Any:
    import dashscope

    dashscope.base_http_api_url, dashscope.api_key = base_url, KEY
    return dashscope


def sleeping_job(pair: Pair, folder: str) -> None:
    """Make one try-on, from submit to download, sleeping between polls (a django-q2 job)."""
    from django_outfitanyone.conf import conf
    from django_outfitanyone.engines.base import RemoteState

    with closing(conf.default_engine.load()) as engine:
        report = engine.submit(_try_on_order(pair))
        while report.state is not RemoteState.SUCCEEDED:
            time.sleep(SLEEP)
            report = engine.query(report.handle)
    _download(report, folder)


def submitting_job(pair: Pair, folder: str) -> None:
    """Submit, and leave the rest to a Schedule (a django-q2 job)."""
    from django_outfitanyone.conf import conf

    time.sleep(0.22)  # two workers stay below ten submits per second
    with closing(conf.default_engine.load()) as engine:
        report = engine.submit(_try_on_order(pair))
    _poll_later(report.handle, folder)


def polling_job(task_id: str, folder: str) -> None:
    """Poll once; the next poll is another Schedule (a scheduled django-q2 job)."""
    from django_outfitanyone.conf import conf
    from django_outfitanyone.engines.base import RemoteState

    time.sleep(0.11)  # all are due at once, and the account may poll twenty times per second
    with closing(conf.default_engine.load()) as engine:
        report = engine.query(task_id)
    if report.state is RemoteState.SUCCEEDED:
        _download(report, folder)
    else:
        _poll_later(task_id, folder)


def _poll_later(task_id: str, folder: str) -> None:
    from django.utils import timezone as django_timezone
    from django_q.models import Schedule

    Schedule.objects.create(
        func="benchmarks.peers.polling_job",
        args=json.dumps([task_id, folder])[1:-1],
        schedule_type=Schedule.ONCE,
        next_run=django_timezone.now() + timedelta(seconds=SLEEP),
    )


def _try_on_order(pair: Pair) -> Any:

    return try_on_order(model=MODEL, person=pair[0], top=pair[1])


def _download(report: TaskReport, folder: str) -> None:
    content = requests.get(report.image_url, timeout=30).content
    _store(content, Path(folder), report.handle)


def _store(content: bytes, folder: Path, task_id: str) -> None:
    part = folder / f"{task_id}.part-{os.getpid()}"
    part.write_bytes(content)
    part.rename(folder / f"{task_id}.jpg")
