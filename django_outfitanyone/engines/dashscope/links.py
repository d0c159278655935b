"""Pages of the vendor that a shop needs: documentation, bills, free quota and API keys.

The API references name these pages without their addresses. The addresses are those that
the vendor's overview of OutfitAnyone, in Chinese, links to, and for ``faq`` its page on retouching.
"""

from __future__ import annotations

from django_outfitanyone.engines.base import Link
from django_outfitanyone.engines.error_kind import gettext_noop as _

LINKS = (
    Link(
        name="overview",
        title=_("Overview of the models"),
        url="https://help.aliyun.com/zh/model-studio/outfitanyone/",
    ),
    Link(
        name="billing",
        title=_("Prices, bills and rate limits"),
        url="https://help.aliyun.com/zh/model-studio/billing-for-outfitanyone",
    ),
    Link(
        name="free_quota",
        title=_("Free quota of new accounts"),
        url="https://help.aliyun.com/zh/model-studio/new-free-quota",
    ),
    Link(
        name="api_key",
        title=_("API keys"),
        url="https://bailian.console.aliyun.com/?tab=model#/api-key",
    ),
    Link(
        name="faq",
        title=_("Questions about bills and limits"),
        url="https://help.aliyun.com/zh/model-studio/billing-for-outfitanyone#ab05817cca0ws",
    ),
    Link(
        name="api_reference",
        title=_("API reference, with the rules for pictures"),
        url="https://help.aliyun.com/en/model-studio/aitryon-plus-api",
    ),
    Link(
        name="try_online",
        title=_("Try the models online"),
        url=(
            "https://bailian.console.aliyun.com/?tab=model"
            "#/efm/model_experience_center/vision?currentTab=imageGenerate"
        ),
    ),
)
