"""Growth of the sandbox's memory over many tasks; prints one JSON object.

    python benchmarks/sandbox_memory.py --tasks 1000
    python benchmarks/sandbox_memory.py --tasks 200 --engine local --person P.jpg --garment G.jpg

The sandbox runs in its own process; ``ps`` reads its resident memory. The ``echo`` engine
returns the model photo unchanged, which leaves protocol, files and tasks to be measured;
``local`` is the real engine.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import subprocess
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import requests
from PIL import Image

from outfitanyone_local.sandbox.engines import LocalEngine
from outfitanyone_local.sandbox.http_server import SandboxServer
from outfitanyone_local.sandbox.options import Options

PARTS = 10
OPTIONS = Options(
    speed=10_000, submits_per_second=10**6, queries_per_second=10**6, running_tasks=50
)
HEADERS = {"Authorization": "Bearer sk-benchmark"}
RESOLVE = {"X-DashScope-Async": "enable", "X-DashScope-OssResourceResolve": "enable"}


class EchoEngine:
    def parse(self, _image: Any, clothes_types: Any) -> Any:
        return [None for _ in clothes_types]

    def try_on(self, person: Any, **_: Any) -> Any:
        return person

    def fit(self, image: Any, **_: Any) -> Any:
        return image

    def refine(self, coarse: Any) -> Any:
        return coarse

    def check_person(self, _image: Any) -> Any:
        return ()

    def check_garment(self, _image: Any, **_: Any) -> Any:
        return ()

    def cut_out_worn_garment(self, image: Any, **_: Any) -> Any:
        return image


def serve(pipe: Connection, engine: str) -> None:
    chosen = EchoEngine() if engine == "echo" else LocalEngine(workers=OPTIONS.workers)
    with SandboxServer(options=OPTIONS, engine=chosen) as server:
        pipe.send(server.root_url)
        pipe.recv()


def resident_mb(pid: int) -> float:
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=True)
    return round(int(shown.stdout) / 1024, 1)


def noise_png(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (200, 150, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


class Client:
    def __init__(self, root_url: str) -> None:
        self.root_url = root_url
        self.session = requests.Session()
        self.session.headers.update(HEADERS)

    def upload(self, data: bytes) -> str:
        query = {"action": "getPolicy", "model": "aitryon-plus"}
        policy = self.session.get(f"{self.root_url}/api/v1/uploads", params=query).json()["data"]
        key = f"{policy['upload_dir']}/picture"
        fields = {
            "OSSAccessKeyId": policy["oss_access_key_id"],
            "Signature": policy["signature"],
            "policy": policy["policy"],
            "key": key,
            "x-oss-object-acl": policy["x_oss_object_acl"],
            "x-oss-forbid-overwrite": policy["x_oss_forbid_overwrite"],
        }
        requests.post(policy["upload_host"], data=fields, files={"file": data}).raise_for_status()
        return f"oss://{key}"

    def try_on(self, person: str, garment: str) -> None:
        body = {
            "model": "aitryon-plus",
            "input": {"person_image_url": person, "top_garment_url": garment},
        }
        path = "/api/v1/services/aigc/image2image/image-synthesis"
        response = self.session.post(self.root_url + path, json=body, headers=RESOLVE)
        response.raise_for_status()

    def finish(self) -> dict[str, Any]:
        """Wait until every task has ended; return the counts."""
        while True:
            stats: dict[str, Any] = self.session.get(f"{self.root_url}/sandbox/stats").json()
            if stats["succeeded"] + stats["failed"] == stats["accepted"]:
                return stats
            time.sleep(0.05)


def measure(root_url: str, pid: int, tasks: int, pictures: tuple[bytes, bytes]) -> dict[str, Any]:
    client = Client(root_url)
    person, garment = (client.upload(picture) for picture in pictures)
    client.try_on(person, garment)
    client.finish()  # from now on, libraries and engine are loaded
    resident = {0: resident_mb(pid)}
    started = time.monotonic()
    for part in range(1, PARTS + 1):
        for _ in range(tasks // PARTS):
            client.try_on(person, garment)
        stats = client.finish()
        resident[part * (tasks // PARTS)] = resident_mb(pid)
    later = list(resident.values())[PARTS // 2 :]
    return {
        "tasks": stats["accepted"],
        "succeeded": stats["succeeded"],
        "seconds": round(time.monotonic() - started, 1),
        "resident_mb_after": resident,
        "growth_mb": round(later[-1] - resident[0], 1),
        "growth_mb_second_half": round(later[-1] - later[0], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--engine", choices=["echo", "local"], default="echo")
    parser.add_argument("--person", type=Path, help="a picture for the local engine")
    parser.add_argument("--garment", type=Path, help="a picture for the local engine")
    arguments = parser.parse_args()
    if arguments.engine == "local" and not (arguments.person and arguments.garment):
        parser.error("the local engine needs --person and --garment")
    pictures = (noise_png(1), noise_png(2))
    if arguments.person and arguments.garment:
        pictures = (arguments.person.read_bytes(), arguments.garment.read_bytes())
    context = multiprocessing.get_context("spawn")
    parent, child = context.Pipe()
    process = context.Process(target=serve, args=(child, arguments.engine))
    process.start()
    result = measure(parent.recv(), process.pid or 0, arguments.tasks, pictures)
    parent.send("stop")
    process.join()
    print(json.dumps({"engine": arguments.engine, **result}, indent=2))


if __name__ == "__main__":
    main()
