from __future__ import annotations

import pytest
from django.core.checks import run_checks

from django_outfitanyone import checks
from django_outfitanyone.catalogue import CatalogueAdapter, CatalogueReader
from django_outfitanyone.catalogue.trial import adapter_faults
from django_outfitanyone.diagnostics.findings import Level
from django_outfitanyone.diagnostics.products import diagnose_catalogue
from django_outfitanyone.models import Product
from tests.catalogue.adapters import PATH, Wrong
from tests.factories import make_product
from tests.test_checks import ids

pytestmark = pytest.mark.django_db


def faults(adapter, product):
    return {fault.method: fault.text for fault in adapter_faults(CatalogueReader(adapter), product)}


def test_shipped_adapter__has_no_faults():
    assert faults(CatalogueAdapter(), make_product()) == {}


def test_faults__name_the_method_and_what_it_must_return():
    found = faults(Wrong(), make_product())

    assert set(found) == {"title", "url", "price", "is_available", "is_visible"}
    assert found["title"] == "returned None, but it must return a text that is not empty"
    assert found["price"] == "returned Decimal('39'), but it must return Money or None"
    assert found["is_available"].startswith("raised AttributeError: 'Product' object")
    assert found["is_visible"] == "returned False, but visible() returns the product"


def test_visible_that_fails__is_a_fault():
    class Broken(CatalogueAdapter):
        def visible(self, products, request=None):
            return products.published()

    assert "AttributeError" in faults(Broken(), make_product())["visible"]


class TestCheck:
    def test_each_fault_is_a_warning_with_the_product(self, configure):
        configure(CATALOGUE=f"{PATH}Wrong")
        product = make_product()
        messages = checks.check_adapter(databases=["default"])

        assert set(ids(messages)) == {"W019"}
        assert len(messages) == 5
        assert f"product {product.pk}: title() returned None" in messages[0].msg
        assert "title()" in messages[0].hint

    @pytest.mark.parametrize("databases", [None, [], ["other"]])
    def test_other_databases_are_not_read(self, configure, databases, django_assert_num_queries):
        configure(CATALOGUE=f"{PATH}Wrong")
        make_product()
        with django_assert_num_queries(0):
            assert checks.check_adapter(databases=databases) == []

    def test_shop_without_products_is_fine(self, configure):
        configure(CATALOGUE=f"{PATH}Wrong")
        assert checks.check_adapter(databases=["default"]) == []

    def test_database_without_the_table_is_fine(self, configure, monkeypatch):
        configure(CATALOGUE=f"{PATH}Wrong")
        monkeypatch.setattr(Product._meta, "db_table", "not_migrated")
        assert checks.check_adapter(databases=["default"]) == []

    def test_is_registered_for_the_database(self, configure):
        configure(CATALOGUE=f"{PATH}Wrong")
        make_product()
        messages = run_checks(tags=["database"], databases=["default"])
        assert "django_outfitanyone.W019" in {message.id for message in messages}


class TestDoctor:
    def test_faults_are_warnings(self, configure):
        configure(CATALOGUE=f"{PATH}Wrong")
        make_product()
        findings = list(diagnose_catalogue())

        assert {finding.level for finding in findings} == {Level.WARNING}
        assert "title() returned None" in findings[0].text

    def test_adapter_that_works_is_ok(self):
        make_product()
        (finding,) = diagnose_catalogue()
        assert (finding.subject, finding.level) == ("catalogue", Level.OK)

    def test_shop_without_products_has_none(self):
        assert list(diagnose_catalogue()) == []
