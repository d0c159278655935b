from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class ProductQuerySet(models.QuerySet["Product"]):
    def visible(self) -> ProductQuerySet:
        """Return the products that visitors may see."""
        return self.filter(is_visible=True)


class Product(models.Model):
    """What the shop sells, for shops without a product model of their own.

    With another model in ``OUTFITANYONE_PRODUCT_MODEL``, this table is not created.
    """

    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("slug"), max_length=200, unique=True)
    sku = models.CharField(
        _("SKU"),
        max_length=100,
        blank=True,
        db_index=True,
        help_text=_("Pictures whose file names begin with it find this product."),
    )
    description = models.TextField(_("description"), blank=True)
    price = models.DecimalField(
        _("price"), max_digits=10, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    image = models.ImageField(_("picture"), upload_to="outfitanyone/products/%Y/%m/", blank=True)
    url = models.URLField(_("page"), blank=True, help_text=_("Where hotspots lead."))
    is_visible = models.BooleanField(_("visible in the shop"), default=True)
    is_available = models.BooleanField(_("in stock"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        swappable = "OUTFITANYONE_PRODUCT_MODEL"
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(price__gte=0), name="outfitanyone_product_price_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return self.url
