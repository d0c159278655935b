from __future__ import annotations

import socket
from contextlib import closing
from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.conf import conf
from django_outfitanyone.engines.base import Upload
from django_outfitanyone.engines.capabilities import Inputs
from django_outfitanyone.engines.dashscope.capabilities import capabilities_of
from django_outfitanyone.error_help import error_help_for
from django_outfitanyone.exceptions import PictureRefused
from django_outfitanyone.models import Account, TemporaryUpload
from django_outfitanyone.worker import temporary_uploads
from django_outfitanyone.worker.uploads import Delivery, picture_of
from tests.factories import make_garment

pytestmark = pytest.mark.django_db

PUBLIC = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))]
PRIVATE = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 443))]


@pytest.fixture
def address(remote):
    """Return the address that the engine gets for a garment's picture."""

    def address(garment, remote_model="aitryon-plus"):
        with closing(conf.default_engine.load()) as engine:
            return picture_of(
                Delivery.of(garment),
                inputs=capabilities_of(remote_model).inputs,
                remote_model=remote_model,
                account=Account.of(),
                engine=engine,
            ).url

    return address


@pytest.fixture
def resolve(monkeypatch):
    """Decide what host names resolve to, without a network."""

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


def test_auto__local_file_is_uploaded(address, remote):
    assert address(make_garment()).startswith("oss://")
    assert remote.stats["uploads"] == 1


def test_auto__upload_is_reused_while_it_is_valid(address, remote):
    garment = make_garment()
    first = address(garment)
    second = address(garment)

    assert second == first
    assert remote.stats["uploads"] == 1


def test_auto__upload_is_valid_for_one_remote_model_only(address, remote):
    garment = make_garment()
    address(garment, "aitryon-plus")
    address(garment, "aitryon-parsing-v1")

    assert remote.stats["uploads"] == 2
    assert TemporaryUpload.objects.filter(sha256=garment.sha256).count() == 2


def test_auto__upload_that_expires_soon_is_replaced(address, remote):
    garment = make_garment()
    address(garment)
    TemporaryUpload.objects.update(expires_at=timezone.now() + timedelta(minutes=10))
    address(garment)

    assert remote.stats["uploads"] == 2
    assert TemporaryUpload.objects.get().expires_at > timezone.now() + timedelta(days=1)


def test_auto__public_https_address_is_used_unchanged(address, settings, resolve):
    settings.MEDIA_URL = "https://media.shop.example/"
    resolve(PUBLIC)
    garment = make_garment()

    assert address(garment) == garment.image.url


@pytest.mark.parametrize("answer", [PRIVATE, PUBLIC + PRIVATE, None])
def test_auto__https_address_in_a_private_network_is_uploaded(address, settings, resolve, answer):
    settings.MEDIA_URL = "https://media.internal.example/"
    resolve(answer)

    assert address(make_garment()).startswith("oss://")


def test_auto__plain_http_is_uploaded(address, settings, resolve):
    settings.MEDIA_URL = "http://media.shop.example/"
    resolve(PUBLIC)

    assert address(make_garment()).startswith("oss://")


def test_upload__public_picture_is_uploaded_too(address, settings, configure, resolve):
    settings.MEDIA_URL = "https://media.shop.example/"
    resolve(PUBLIC)
    configure(DELIVERY="upload")

    assert address(make_garment()).startswith("oss://")


def test_url__address_is_used_without_a_check(address, settings, configure):
    settings.MEDIA_URL = "http://media.shop.example/"
    configure(DELIVERY="url")
    garment = make_garment()

    assert address(garment) == garment.image.url


def test_url__address_without_a_host_is_refused(address, configure):
    configure(DELIVERY="url")
    with pytest.raises(PictureRefused, match="DELIVERY"):
        address(make_garment())


def test_missing_file__is_refused_with_its_name(address):
    garment = make_garment()
    garment.image.storage.delete(garment.image.name)
    with pytest.raises(PictureRefused, match="missing from the storage") as refused:
        address(garment)

    assert refused.value.code == "PictureMissing"


def test_spare_time__is_shorter_than_the_life_of_an_upload():
    assert timedelta(hours=48) > temporary_uploads.SPARE_TIME


class TestForms:
    """The first form counts that the engine takes: address, upload, bytes."""

    def picture(self, engine, **inputs):
        garment = make_garment()
        found = picture_of(
            Delivery.of(garment),
            inputs=Inputs(**inputs),
            remote_model="m",
            account=Account.of(),
            engine=engine,
        )
        return garment, found

    def test_bytes_need_no_upload(self):
        garment, found = self.picture(None, takes_url=True, takes_data=True)

        assert (found.url, found.read(), found.size) == ("", garment.read(), garment.image.size)
        assert (found.sha256, found.media_type) == (garment.sha256, "image/jpeg")

    def test_public_address_comes_first(self, settings, configure):
        settings.MEDIA_URL = "https://shop.example/media/"
        configure(DELIVERY="url")
        garment, found = self.picture(None, takes_url=True, takes_data=True)

        assert found.url == garment.image.url
        assert found.size == 0

    def test_engine_that_takes_no_addresses_gets_none(self, settings, configure):
        settings.MEDIA_URL = "https://shop.example/media/"
        configure(DELIVERY="url")

        assert self.picture(None, takes_url=False, takes_data=True)[1].url == ""

    def test_engine_that_takes_only_addresses_refuses_a_local_file(self):
        with pytest.raises(PictureRefused) as caught:
            self.picture(None, takes_url=True)

        assert caught.value.code == "PictureNeedsAddress"
        assert caught.value.remedy
        assert error_help_for(caught.value.code).fixed_by == "developer"

    def test_long_address_of_an_upload_is_stored(self):
        class Storing:
            def upload(self, data, *, filename, model):
                url = f"https://files.example/{'x' * 3000}/{filename}"
                return Upload(url=url, expires_at=timezone.now() + timedelta(days=1))

        _garment, found = self.picture(Storing(), takes_url=False, takes_upload=True)

        assert TemporaryUpload.objects.get().url == found.url
        assert len(found.url) > 3000


def test_auto__picture_that_another_thread_is_uploading_is_not_uploaded_twice(
    address, remote, monkeypatch
):
    """This one has read that there is no upload, and waits until the other thread has stored it."""
    garment, others = make_garment(), []
    read_table = temporary_uploads.Uploads._read_table

    def too_early(self):
        read_table(self)
        if not others:
            others.append(self)
            others.append(address(garment))

    monkeypatch.setattr(temporary_uploads.Uploads, "_read_table", too_early)

    assert address(garment) == others[1]
    assert remote.stats["uploads"] == 1


def test_auto__new_picture_takes_few_queries(address, remote, django_assert_num_queries):
    garment = make_garment()
    Account.of()
    with django_assert_num_queries(5):  # the account, the table, and a row in a transaction
        address(garment)


def test_auto__expired_upload_is_replaced_in_its_row(address, remote):
    garment = make_garment()
    first = address(garment)
    TemporaryUpload.objects.update(expires_at=timezone.now())

    assert address(garment) != first
    assert TemporaryUpload.objects.get().expires_at > timezone.now()
