"""The DashScope API of Alibaba Cloud, spoken over HTTP. Imports no Django."""

from django_outfitanyone.engines.error_kind import ErrorKind

from .errors import classify, failure_of
from .outfit_anyone import OutfitAnyone
from .qwen_image import QwenImage

__all__ = ["ErrorKind", "OutfitAnyone", "QwenImage", "classify", "failure_of"]
