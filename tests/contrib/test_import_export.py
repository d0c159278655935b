"""Export to a spreadsheet and import of corrections, with django-import-export."""

from __future__ import annotations

import pytest

from django_outfitanyone.models import Garment, ModelImage
from tests.factories import make_garment, make_model_image, make_product

pytest.importorskip("import_export", reason="django-import-export is not installed")
tablib = pytest.importorskip("tablib")

from django_outfitanyone.contrib.import_export import (  # noqa: E402
    GarmentResource,
    ImportExportGarments,
    ModelImageResource,
)

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
