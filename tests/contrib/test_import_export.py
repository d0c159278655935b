"""Export to a spreadsheet and import of corrections, with django-import-export."""

from __future__ import annotations

import contextlib

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.template import TemplateDoesNotExist
from django.urls import path, reverse

from django_outfitanyone.models import Garment, ModelImage
from tests.factories import make_garment, make_model_image, make_product

pytest.importorskip("import_export", reason="django-import-export is not installed")
tablib = pytest.importorskip("tablib")

from django_outfitanyone.contrib.import_export import (  # noqa: E402
    GarmentResource,
    ImportExportGarments,
    ModelImageResource,
)

own_site = admin.AdminSite()


@admin.register(Garment, site=own_site)
class GarmentAdmin(ImportExportGarments, admin.ModelAdmin):
    """A list with both buttons."""


urlpatterns = [path("admin/", own_site.urls)]

pytestmark = pytest.mark.django_db


def corrected(resource, **changes):
    """Export all rows, change the first one and import them."""
    rows = resource.export().dict
    rows[0].update(changes)
    data = tablib.Dataset()
    data.dict = rows
    return resource.import_data(data)


def test_export__names_the_picture_by_its_url():
    garment = make_garment(name="Tee")

    (row,) = GarmentResource().export().dict

    assert (row["name"], row["picture"]) == ("Tee", garment.image.url)


def test_import__changes_known_garments_and_keeps_their_pictures():
    garment, product = make_garment(), make_product()
    picture = garment.image.name

    result = corrected(GarmentResource(), kind="hat", product=product.pk, picture="/etc/passwd")

    garment.refresh_from_db()
    assert not result.has_errors()
    assert (garment.kind, garment.product, garment.image.name) == ("hat", product, picture)


def test_import__changes_what_is_known_of_a_person():
    photo = make_model_image()

    corrected(ModelImageResource(), gender="man", tags="Studio,new")

    photo.refresh_from_db()
    assert (photo.gender, photo.tags) == ("man", "studio, new")


@pytest.mark.parametrize("key", ["", "4711"])
def test_import__adds_no_rows(key):
    make_garment()

    result = corrected(GarmentResource(), id=key)

    assert result.has_errors() or result.has_validation_errors()
    assert Garment.objects.count() == 1


def test_import__refuses_values_that_do_not_exist():
    make_model_image()

    result = corrected(ModelImageResource(), gender="robot")

    assert result.has_validation_errors()
    assert ModelImage.objects.get().gender == ""


def test_admin__keeps_the_list_of_the_app():
    assert ImportExportGarments.change_list_template.startswith("admin/django_outfitanyone/")


@pytest.fixture
def status_of(client, django_user_model, settings):
    """Return a function that posts to a page as a person of the staff with these permissions."""
    settings.ROOT_URLCONF = __name__

    def ask(page, *permissions):
        user = django_user_model.objects.create_user("staff", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client.force_login(user)
        return client.post(reverse(f"admin:django_outfitanyone_garment_{page}")).status_code

    return ask


@pytest.mark.parametrize(
    ("page", "permissions"),
    [
        ("import", ()),
        ("import", ("view_garment",)),
        ("process_import", ()),
        ("process_import", ("view_garment",)),
        ("export", ()),
    ],
)
def test_admin__refuses_people_without_permission(status_of, page, permissions):
    assert status_of(page, *permissions) == 403


@pytest.mark.parametrize("page", ["import", "process_import"])
def test_import__needs_the_permission_to_change(status_of, page):
    with contextlib.suppress(TemplateDoesNotExist):  # allowed, but the app is not installed
        assert status_of(page, "change_garment") != 403


def test_export__needs_the_permission_to_view(status_of):
    with contextlib.suppress(TemplateDoesNotExist):  # allowed, but the app is not installed
        assert status_of("export", "view_garment") != 403
