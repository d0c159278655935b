"""Other ways to do the same, for comparison: the vendor's SDK, and two uses of django-q2.

All get what is best for them: each picture is uploaded once, five at a time, nothing is
parsed, no row is written.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from django_outfitanyone.engines.base import TaskReport

MODEL = "aitryon-plus"
KEY = "sk-for-measures"
THREADS = 5
BEIJING = timezone(timedelta(hours=8))
Order = tuple[str, str]
"""Addresses of a person and a top."""
SLEEP = 1.0
"""Between two looks of the job that sleeps; what the SDK begins with, too."""


def by_sdk(base_url: str, orders: Sequence[Order], folder: Path) -> list[float]:
    """Five threads that call, wait and download; how many seconds late each saw the end."""
    dashscope = _sdk(base_url)

    def try_on(order: Order) -> float:
        answer = dashscope.ImageSynthesis.call(
            MODEL,
            prompt="x",
            task="image2image",
            extra_input={"person_image_url": order[0], "top_garment_url": order[1]},
            headers={"X-DashScope-OssResourceResolve": "enable"},
        )
        known_at = time.time()
        output: Any = answer.output
        _keep(requests.get(output["image_url"], timeout=30).content, folder, output["task_id"])
        ended = datetime.fromisoformat(output["end_time"]).replace(tzinfo=BEIJING)
        return known_at - ended.timestamp()

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(try_on, orders))


def upload_by_sdk(base_url: str, pictures: Sequence[Path]) -> list[str]:
    """Their addresses, in the same order."""
    _sdk(base_url)
    from dashscope.utils.oss_utils import OssUtils

    def upload(path: Path) -> str:
        return str(OssUtils.upload(model=MODEL, file_path=str(path), api_key=KEY)[0])

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(upload, pictures))


def upload_by_client(pictures: Sequence[Path]) -> list[str]:
    """As ``upload_by_sdk``, with the client of this project, for the uses of django-q2."""
    from django_outfitanyone.conf import conf

    def upload(path: Path) -> str:
        return provider.upload(path.read_bytes(), filename=path.name, model=MODEL).url

    with closing(conf.load_engine()) as provider, ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(upload, pictures))


def _sdk(base_url: str) -> Any:
    import dashscope

    dashscope.base_http_api_url, dashscope.api_key = base_url, KEY
    return dashscope


def sleeping_job(order: Order, folder: str) -> None:
    """A django-q2 job: one try-on from submit to download, asleep between looks."""
    from django_outfitanyone.conf import conf
    from django_outfitanyone.engines.base import RemoteState

    with closing(conf.load_engine()) as provider:
        report = provider.submit(_order(order))
        while report.state is not RemoteState.SUCCEEDED:
            time.sleep(SLEEP)
            report = provider.query(report.task_id)
    _download(report, folder)


def submitting_job(order: Order, folder: str) -> None:
    """A django-q2 job: submits, and leaves the rest to a Schedule."""
    from django_outfitanyone.conf import conf

    time.sleep(0.22)  # two workers stay below ten a second
    with closing(conf.load_engine()) as provider:
        report = provider.submit(_order(order))
    _look_later(report.task_id, folder)


def looking_job(task_id: str, folder: str) -> None:
    """A scheduled django-q2 job: one look; the next is another Schedule."""
    from django_outfitanyone.conf import conf
    from django_outfitanyone.engines.base import RemoteState

    time.sleep(0.11)  # all are due at once, and the account may look twenty times a second
    with closing(conf.load_engine()) as provider:
        report = provider.query(task_id)
    if report.state is RemoteState.SUCCEEDED:
        _download(report, folder)
    else:
        _look_later(task_id, folder)


def _look_later(task_id: str, folder: str) -> None:
    from django.utils import timezone as django_timezone
    from django_q.models import Schedule

    Schedule.objects.create(
        func="benchmarks.peers.looking_job",
        args=json.dumps([task_id, folder])[1:-1],
        schedule_type=Schedule.ONCE,
        next_run=django_timezone.now() + timedelta(seconds=SLEEP),
    )


def _order(order: Order) -> Any:
    from django_outfitanyone.engines.base import TryOnOrder

    return TryOnOrder(model=MODEL, person_url=order[0], top_url=order[1])


def _download(report: TaskReport, folder: str) -> None:
    content = requests.get(report.image_url, timeout=30).content
    _keep(content, Path(folder), report.task_id)


def _keep(content: bytes, folder: Path, task_id: str) -> None:
    part = folder / f"{task_id}.part-{os.getpid()}"
    part.write_bytes(content)
    part.rename(folder / f"{task_id}.jpg")
