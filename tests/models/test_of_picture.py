from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from django_outfitanyone.models import Account, ClothesParse, Hotspot
from django_outfitanyone.models.of_picture import picture_filter
from tests.drawing import picture
from tests.factories import make_hotspot, make_model_image, make_try_on

pytestmark = pytest.mark.django_db


def make_parse(of):
    return ClothesParse.objects.create(
        account=Account.of(), **picture_filter(of), picture_sha256=of.sha256
    )


@pytest.mark.parametrize("make", [make_hotspot, make_parse])
@pytest.mark.parametrize("make_picture", [make_model_image, make_try_on])
class TestOf:
    def test_only_rows_of_this_picture(self, make, make_picture):
        one, other = make_picture(), make_picture()
        row = make(one)
        make(other)

        assert list(type(row).objects.of(one)) == [row]
        assert row.picture == one

    def test_rows_of_a_file_that_was_replaced_are_left_out(self, make, make_picture):
        owner = make_picture()
        row = make(owner)
        owner.sha256 = "of another file"

        assert not type(row).objects.of(owner).exists()


def test_of__rows_come_back_with_the_old_file():
    photo = make_model_image(data=picture(1))
    spot = make_hotspot(photo)
    photo.image.save("new.jpg", ContentFile(picture(2)))
    assert not Hotspot.objects.of(photo).exists()

    photo.image.save("old.jpg", ContentFile(picture(1)))
    assert Hotspot.objects.of(photo).get() == spot


@pytest.mark.parametrize("make_picture", [make_model_image, make_try_on])
def test_delete__hotspots_and_parses_go_with_their_picture(make_picture):
    """On MariaDB too, where Django's own cascade would break a constraint."""
    owner = make_picture()
    make_hotspot(owner)
    make_parse(owner)
    owner.delete()

    assert not Hotspot.objects.exists()
    assert not ClothesParse.objects.exists()
