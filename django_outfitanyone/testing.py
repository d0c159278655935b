"""Tests that a shop runs against its own catalogue adapter.

.. code-block:: python

    from django.test import TestCase
    from django_outfitanyone.testing import CatalogueAdapterTests


    class ShopCatalogueTests(CatalogueAdapterTests, TestCase):
        def make_product(self):
            return Article.objects.create(label="Shirt", cents=3900, online=True)

        def hide(self, product):
            Article.objects.filter(pk=product.pk).update(online=False)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connections, router
from django.http import HttpRequest
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from django_outfitanyone.catalogue import CatalogueReader, catalogue, product_model
from django_outfitanyone.catalogue.reader import WITH_REQUEST, methods_with_request
from django_outfitanyone.catalogue.trial import adapter_faults

if TYPE_CHECKING:
    from django.test import TestCase as Base
else:
    Base = object

FEW, MANY = 2, 6
"""Products that are read to see whether the number of queries grows with them."""


class CatalogueAdapterTests(Base):
    """A mixin for ``django.test.TestCase`` with the rules that every adapter must keep.

    Tests the adapter that ``OUTFITANYONE["CATALOGUE"]`` names. Write ``make_product``, and
    ``hide`` if your shop can hide products.
    """

    def make_product(self) -> Any:
        """Return a new product of the shop that visitors see, stored in the database."""
        raise NotImplementedError("Write make_product(), which stores and returns a product.")

    def hide(self, product: Any) -> None:  # noqa: ARG002 - subclasses use it
        """Hide the stored product from visitors."""
        self.skipTest("hide() is not written, so hidden products are not tested.")

    def make_request(self) -> HttpRequest:
        """Return the request of a visitor; override this to add what your middleware adds."""
        from django.contrib.auth.models import AnonymousUser

        request = RequestFactory().get("/")
        request.user = AnonymousUser()
        return request

    def test_every_method__takes_a_request(self) -> None:
        missing = set(WITH_REQUEST) - methods_with_request(type(catalogue()))
        self.assertEqual(missing, set(), "Add request=None as their last argument.")

    def test_every_method__returns_what_the_app_expects(self) -> None:
        product = self.make_product()
        for request in (None, self.make_request()):
            with self.subTest(request=request):
                faults = adapter_faults(CatalogueReader(catalogue(), request), product)
                self.assertEqual([str(fault) for fault in faults], [])

    def test_new_product__is_visible(self) -> None:
        product = self.make_product()
        self.assertTrue(self._reader().is_visible(product), "make_product() is to make one.")

    def test_hidden_product__is_hidden_everywhere(self) -> None:
        product = self.make_product()
        self.hide(product)
        hidden = self._read([product.pk])[0]
        self.assertFalse(self._reader().is_visible(hidden))
        rows = product_model()._default_manager.filter(pk=product.pk)
        self.assertFalse(self._reader().visible(rows).exists())

    def test_family__shows_each_product_on_its_own_page(self) -> None:
        product = self.make_product()
        self.assertIn(product.pk, [one.pk for one in self._reader().family(product)])

    def test_prepared_products__are_read_in_a_constant_number_of_queries(self) -> None:
        keys = [self.make_product().pk for _number in range(MANY)]
        few, many = self._queries(keys[:FEW]), self._queries(keys)
        self.assertEqual(
            len(few),
            len(many),
            f"{FEW} products take {len(few)} queries and {MANY} take {len(many)}. Load what is "
            "read of each one in prepare(), for example with prefetch_related_objects(). The "
            "last query is: " + (many[-1]["sql"] if many else ""),
        )

    def _queries(self, keys: list[Any]) -> list[Any]:
        """Return the queries of a page that shows these products."""
        products, shop = self._read(keys), self._reader()
        connection = connections[router.db_for_read(product_model())]
        with CaptureQueriesContext(connection) as captured:
            shop.prepare(products)
            for product in products:
                shop.is_visible(product)
                shop.title(product)
                shop.url(product)
                shop.price_text(product, shop.price(product))
                shop.is_available(product)
                shop.image_url(product)
        return list(captured.captured_queries)

    def _read(self, keys: list[Any]) -> list[Any]:
        return list(product_model()._default_manager.filter(pk__in=keys))

    def _reader(self) -> CatalogueReader:
        return CatalogueReader(catalogue(), self.make_request())
