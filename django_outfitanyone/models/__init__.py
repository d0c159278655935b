"""The tables. Code outside of this package filters and moves rows by methods, not by status."""

from django_outfitanyone.models.account import Account
from django_outfitanyone.models.batch import Batch
from django_outfitanyone.models.charge import Charge
from django_outfitanyone.models.clothes_parse import ClothesParse
from django_outfitanyone.models.daily_total import DailyTotal
from django_outfitanyone.models.deletion import protects_unsettled, unsettled_text
from django_outfitanyone.models.garment import Garment
from django_outfitanyone.models.hotspot import Hotspot
from django_outfitanyone.models.image_count import ImageCount
from django_outfitanyone.models.intake import Intake, IntakeLine, IntakePicture
from django_outfitanyone.models.known_task import KnownTask
from django_outfitanyone.models.model_image import ModelImage
from django_outfitanyone.models.order_rule import OrderRule
from django_outfitanyone.models.product import Product
from django_outfitanyone.models.submit_rate import SubmitRate
from django_outfitanyone.models.temporary_upload import TemporaryUpload
from django_outfitanyone.models.try_on import TryOnResult
from django_outfitanyone.models.worn_garment import WornGarment

__all__ = [
    "Account",
    "Batch",
    "Charge",
    "ClothesParse",
    "DailyTotal",
    "Garment",
    "Hotspot",
    "ImageCount",
    "Intake",
    "IntakeLine",
    "IntakePicture",
    "KnownTask",
    "ModelImage",
    "OrderRule",
    "Product",
    "SubmitRate",
    "TemporaryUpload",
    "TryOnResult",
    "WornGarment",
    "protects_unsettled",
    "unsettled_text",
]
