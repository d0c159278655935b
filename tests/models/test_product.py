from __future__ import annotations

import pytest

from tests.factories import make_product

pytestmark = pytest.mark.django_db


def test_constraint__negative_price(refused_by_database):
    with refused_by_database():
        make_product(price="-1")
