from decimal import Decimal

from django_outfitanyone.catalogue import CatalogueAdapter, Money


class ArticleCatalogue(CatalogueAdapter):
    def visible(self, products, request=None):
        return products.filter(online=True)

    def is_visible(self, product, request=None):
        return product.online

    def price(self, product, request=None):
        return Money(Decimal(product.cents) / 100, "EUR")
