"""Admin classes for the app's models.

Each comes as a mixin without a base class, so that it also works with the ``ModelAdmin`` of an
admin theme.
"""

from django_outfitanyone.admin.account import AccountAdminMixin
from django_outfitanyone.admin.batch_list import BatchAdminMixin
from django_outfitanyone.admin.charge import ChargeAdminMixin
from django_outfitanyone.admin.clothes_parse import ClothesParseAdminMixin
from django_outfitanyone.admin.garment import GarmentAdminMixin, GarmentInline, GarmentInlineMixin
from django_outfitanyone.admin.hotspot import HotspotInline, HotspotOwnerMixin
from django_outfitanyone.admin.model_image import ModelImageAdminMixin
from django_outfitanyone.admin.order_rule import OrderRuleAdminMixin
from django_outfitanyone.admin.parse_requests import ParseClothesMixin
from django_outfitanyone.admin.product import ProductAdminMixin
from django_outfitanyone.admin.product_looks import ProductLooksMixin
from django_outfitanyone.admin.try_on import TryOnResultAdminMixin
from django_outfitanyone.admin.try_on_action import TryOnActionMixin
from django_outfitanyone.admin.uploads import UploadMixin

__all__ = [
    "AccountAdminMixin",
    "BatchAdminMixin",
    "ChargeAdminMixin",
    "ClothesParseAdminMixin",
    "GarmentAdminMixin",
    "GarmentInline",
    "GarmentInlineMixin",
    "HotspotInline",
    "HotspotOwnerMixin",
    "ModelImageAdminMixin",
    "OrderRuleAdminMixin",
    "ParseClothesMixin",
    "ProductAdminMixin",
    "ProductLooksMixin",
    "TryOnActionMixin",
    "TryOnResultAdminMixin",
    "UploadMixin",
]
