"""Fields that read the catalogue, and fields that take only what the caller may see."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Model, QuerySet, TextChoices
from rest_framework import serializers

from django_outfitanyone.account import rate_limits
from django_outfitanyone.catalogue import catalogue
from django_outfitanyone.choices import UNSENT
from django_outfitanyone.conf import conf
from django_outfitanyone.models import Account
from django_outfitanyone.models.remote_job import RemoteJob
from django_outfitanyone.pictures import images
from django_outfitanyone.storefront.context import safe_url

LARGEST_ID = 2**63 - 1


class EnumField(serializers.ChoiceField):
    """One of a list of words that has a name of its own in the schema."""

    def __init__(self, words: type[TextChoices] | Iterable[Any], *, name: str = "", **kwargs: Any):
        choices = words.choices if isinstance(words, type) else [(word, word) for word in words]
        self.name = name or getattr(words, "__name__", "")
        super().__init__(choices=choices, **kwargs)

    def to_representation(self, value: Any) -> Any:
        """Null for the empty string that stands for "none" in the database."""
        return super().to_representation(value) or None


class UploadField(serializers.FileField):
    """A picture that passes the rules of every door; ``PictureRefused`` otherwise."""

    def to_internal_value(self, data: Any) -> Any:
        file = super().to_internal_value(data)
        images.prepare(images.read_upload(file))
        return file


class VisibleField(serializers.PrimaryKeyRelatedField[Any]):
    """The id of a row that the caller may see; to all others it answers as to unknown ones."""

    def __init__(self, visible: Callable[[Any], QuerySet[Any]], model: type[Model], **kwargs: Any):
        self.visible = visible
        super().__init__(queryset=model._default_manager.all(), **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        return self.visible(self.context["request"].user)


class VisibleListField(serializers.ListField):
    """Ids of rows that the caller may see, fetched by one query; each row once, in their order."""

    default_error_messages = {"unknown": VisibleField.default_error_messages["does_not_exist"]}

    def __init__(self, visible: Callable[[Any], QuerySet[Any]], **kwargs: Any):
        self.visible = visible
        child = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
        super().__init__(child=child, allow_empty=False, **kwargs)

    def to_internal_value(self, data: Any) -> list[Any]:
        ids = list(dict.fromkeys(super().to_internal_value(data)))
        found = self.visible(self.context["request"].user).in_bulk(ids)
        for pk in ids:
            if pk not in found:
                self.fail("unknown", pk_value=pk)
        return [found[pk] for pk in ids]


class PollAfterField(serializers.IntegerField):
    """Seconds after which a look again is worth it; null when there is nothing to wait for."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def get_attribute(self, instance: RemoteJob) -> int | None:
        return poll_after() if instance.is_open else None


def poll_after() -> int:
    """Whole seconds, as in the header ``Retry-After``."""
    return math.ceil(conf.POLL_INTERVAL)


class WaitsForField(serializers.CharField):
    """Why a row that was not sent yet is not sent now; null when nothing stands in its way."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def get_attribute(self, instance: RemoteJob) -> str | None:
        if instance.status not in UNSENT:
            return None
        seen: dict[str, Any] = self.context  # type: ignore[assignment]  # one for a whole page
        if "obstacle" not in seen:
            account = Account.objects.filter(pk=conf.ACCOUNT).first()
            seen["obstacle"] = rate_limits.obstacle(account) if account else ""
        return seen["obstacle"] or None


class FromCatalogue:
    """A mixin: the value is what the shop's adapter answers for the product.

    ``source`` is the adapter's method.
    """

    source: str | None

    def get_attribute(self, instance: Any) -> Any:
        return getattr(catalogue(), str(self.source))(instance)


class CatalogueText(FromCatalogue, serializers.CharField):
    """Text of the adapter."""


class CatalogueFlag(FromCatalogue, serializers.BooleanField):
    """A yes or no of the adapter."""


class CatalogueAddress(FromCatalogue, serializers.URLField):
    """A whole address, safe to be put into a link; null when the product has none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def get_attribute(self, instance: Any) -> str | None:
        url = safe_url(super().get_attribute(instance))
        return self.context["request"].build_absolute_uri(url) if url else None
