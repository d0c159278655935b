from __future__ import annotations

import socket
from contextlib import closing
from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import PictureRefused
from django_outfitanyone.models import Account, TemporaryUpload
from django_outfitanyone.worker import uploads
from django_outfitanyone.worker.uploads import address_of
from tests.factories import make_garment

pytestmark = pytest.mark.django_db

PUBLIC = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))]
PRIVATE = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 443))]


@pytest.fixture
def hand_over(remote):
    def hand(garment, remote_model="aitryon-plus"):
        with closing(conf.load_engine()) as provider:
            return address_of(
                garment.image,
                sha256=garment.sha256,
                remote_model=remote_model,
                account=Account.current(),
                engine=engine,
            )

    return hand


@pytest.fixture
def resolve(monkeypatch):
    """What names stand for, in a test without a network."""

    def answer(found):
        real = socket.getaddrinfo

        def lookup(host, *args, **kwargs):
            if host in {"127.0.0.1", "localhost"}:
                return real(host, *args, **kwargs)
            if found is None:
                raise socket.gaierror
            return found

        monkeypatch.setattr(socket, "getaddrinfo", lookup)

    return answer


def test_auto__local_file_is_uploaded(hand_over, remote):
    assert hand_over(make_garment()).startswith("oss://")
    assert remote.stats["uploads"] == 1


def test_auto__upload_serves_every_call_while_it_lives(hand_over, remote):
    garment = make_garment()
    first = hand_over(garment)
    second = hand_over(garment)

    assert second == first
    assert remote.stats["uploads"] == 1


def test_auto__upload_is_good_for_one_remote_model_only(hand_over, remote):
    garment = make_garment()
    hand_over(garment, "aitryon-plus")
    hand_over(garment, "aitryon-parsing-v1")

    assert remote.stats["uploads"] == 2
    assert TemporaryUpload.objects.filter(sha256=garment.sha256).count() == 2


def test_auto__upload_that_ends_soon_is_made_anew(hand_over, remote):
    garment = make_garment()
    hand_over(garment)
    TemporaryUpload.objects.update(expires_at=timezone.now() + timedelta(minutes=10))
    hand_over(garment)

    assert remote.stats["uploads"] == 2
    assert TemporaryUpload.objects.get().is_good_until(timezone.now() + timedelta(days=1))


def test_auto__public_https_address_is_sent_as_it_is(hand_over, settings, resolve):
    settings.MEDIA_URL = "https://media.shop.example/"
    resolve(PUBLIC)
    garment = make_garment()

    assert hand_over(garment) == garment.image.url


@pytest.mark.parametrize("answer", [PRIVATE, PUBLIC + PRIVATE, None])
def test_auto__https_that_only_this_network_can_reach_is_uploaded(
    hand_over, settings, resolve, answer
):
    settings.MEDIA_URL = "https://media.internal.example/"
    resolve(answer)

    assert hand_over(make_garment()).startswith("oss://")


def test_auto__plain_http_is_uploaded(hand_over, settings, resolve):
    settings.MEDIA_URL = "http://media.shop.example/"
    resolve(PUBLIC)

    assert hand_over(make_garment()).startswith("oss://")


def test_upload__even_what_is_public(hand_over, settings, configure, resolve):
    settings.MEDIA_URL = "https://media.shop.example/"
    resolve(PUBLIC)
    configure(DELIVERY="upload")

    assert hand_over(make_garment()).startswith("oss://")


def test_url__the_projects_own_word_is_taken(hand_over, settings, configure):
    settings.MEDIA_URL = "http://media.shop.example/"
    configure(DELIVERY="url")
    garment = make_garment()

    assert hand_over(garment) == garment.image.url


def test_url__address_without_a_host_is_refused(hand_over, configure):
    configure(DELIVERY="url")
    with pytest.raises(PictureRefused, match="DELIVERY"):
        hand_over(make_garment())


def test_missing_file__is_refused_with_its_name(hand_over):
    garment = make_garment()
    garment.image.storage.delete(garment.image.name)
    with pytest.raises(PictureRefused, match="gone") as refused:
        hand_over(garment)

    assert refused.value.code == "PictureMissing"


def test_spare_time__outlives_the_queue():
    assert timedelta(hours=48) > uploads.SPARE_TIME
