"""The button that fills an empty list with sample pictures."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry

from django_outfitanyone.models import Garment, ModelImage
from outfitanyone_local import samples
from tests.admin.pages import AdminSession, address, text_of
from tests.factories import make_garment, make_staff

pytestmark = pytest.mark.django_db

MODELS = [("garment", Garment), ("modelimage", ModelImage)]


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    monkeypatch.setattr(samples, "MODELS", samples.MODELS[:1])
    monkeypatch.setattr(samples, "GARMENTS", samples.GARMENTS[:1])


@pytest.fixture
def site(admin_client):
    return AdminSession(admin_client)


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_button__fills_the_empty_list_and_leaves_a_history(site, name, model):
    assert address(f"{name}_samples") in text_of(site.get(f"{name}_changelist"))

    page = text_of(site.post(f"{name}_samples", follow=True))

    assert "1 sample picture was added." in page
    assert address(f"{name}_samples") not in page  # the list is no longer empty
    assert model.objects.count() == 1
    assert "sample pictures" in LogEntry.objects.get().change_message


def test_button__pressed_twice_adds_nothing_more(site):
    site.post("garment_samples")

    assert "0 sample pictures were added." in text_of(site.post("garment_samples", follow=True))
    assert Garment.objects.count() == 1


def test_button__is_missing_on_a_list_that_only_a_search_emptied(site):
    make_garment()

    assert address("garment_samples") not in text_of(site.get("garment_changelist", q="nothing"))


def test_button__is_missing_without_the_local_distribution(site, monkeypatch):
    monkeypatch.setattr("django_outfitanyone.engines.local.checks.find_spec", lambda _name: None)

    assert address("garment_samples") not in text_of(site.get("garment_changelist"))
    assert "are not installed" in text_of(site.post("garment_samples", follow=True))


@pytest.mark.parametrize(("name", "model"), MODELS)
def test_button__needs_the_permission_to_add(client, name, model):
    client.force_login(make_staff(f"view_{name}"))
    viewer = AdminSession(client)

    assert address(f"{name}_samples") not in text_of(viewer.get(f"{name}_changelist"))
    assert viewer.post(f"{name}_samples").status_code == 403
    assert not model.objects.exists()


def test_button__needs_a_post(site):
    assert site.get("garment_samples").status_code == 405
