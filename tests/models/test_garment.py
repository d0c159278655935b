from __future__ import annotations

import pytest

from django_outfitanyone.models import Garment
from tests.factories import make_garment

pytestmark = pytest.mark.django_db


def test_constraint__unknown_kind(refused_by_database):
    garment = make_garment()
    with refused_by_database():
        Garment.objects.filter(pk=garment.pk).update(kind="glove")
