"""The recipe of docs/several-hosts.md: hosts share only PostgreSQL, Redis and an S3 bucket."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress

import boto3
import pytest

from django_outfitanyone import wakeup
from django_outfitanyone.actions import request_try_ons
from django_outfitanyone.choices import Status
from django_outfitanyone.jobs.try_on import TryOnOptions, combine
from django_outfitanyone.models import TryOnResult
from tests.contention.conftest import settle
from tests.factories import make_garment, make_model_image
from tests.processes import kill_with_children

pytestmark = [
    pytest.mark.contention,
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not os.environ.get("DATABASE_URL", "").startswith("postgres")
        or not os.environ.get("Q_BROKER", "").startswith("redis"),
        reason="needs PostgreSQL and Redis",
    ),
]
BUCKET = "shop-media"
STATIC = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture
def s3():
    """The URL of an object store that speaks S3, in its own process."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_for(port)
    yield f"http://127.0.0.1:{port}"
    kill_with_children(server)


@pytest.fixture
def storages(s3, settings):
    """Store the files of this process and of those it starts in the bucket."""
    access = {
        "endpoint_url": s3,
        "access_key": "testing",
        "secret_key": "testing",
        "region_name": "eu-central-1",
    }
    options = {"bucket_name": BUCKET, "querystring_expire": 48 * 3600, **access}
    settings.STORAGES = {
        "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options},
        "staticfiles": STATIC,
    }
    return settings.STORAGES


@pytest.fixture
def bucket(s3, storages):
    found = boto3.resource(
        "s3",
        endpoint_url=s3,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        region_name="eu-central-1",
    ).Bucket(BUCKET)
    found.create(CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return found


def wait_for(port):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), 1)):
            return
        time.sleep(0.1)
    raise AssertionError("moto did not start")


def test_two_hosts__share_an_account_and_one_outlives_the_other(
    remote, start, bucket, storages, tmp_path
):
    remote.change_options(submits_per_second=10, queries_per_second=20)
    remote.set_progression([("RUNNING", 0.5)])
    disks = [tmp_path / "first", tmp_path / "second"]
    hosts = [
        start("qcluster", TEST_STORAGES=json.dumps(storages), TEST_MEDIA_ROOT=str(disk))
        for disk in disks
    ]
    requests = combine([make_garment() for _ in range(6)], [make_model_image() for _ in range(2)])
    batch = request_try_ons(requests, options=TryOnOptions(keep_other_half=False))[0].batch
    rows = TryOnResult.objects.filter(batch=batch)
    while rows.succeeded().count() < 3:
        open_a_page()
    kill_with_children(hosts[0])
    settle(batch, seconds=120, meanwhile=open_a_page)

    assert {row.status for row in rows} == {Status.SUCCEEDED}
    assert all(row.read()[:3] == b"\xff\xd8\xff" for row in rows)
    assert {row.image.name for row in rows} <= {stored.key for stored in bucket.objects.all()}
    assert not any(disk.exists() for disk in disks)
    assert remote.stats["submits"] == len(rows) == 12
    assert remote.stats["peak_running"] <= 5
    assert remote.stats["peak_submits_per_second"] <= 10


def open_a_page():
    """Wake the worker as every page with unfinished work does, in case a wakeup was lost."""
    wakeup.wake_if_idle()
    time.sleep(0.2)
