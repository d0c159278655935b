"""Fields that read the catalogue, and fields that accept only rows visible to the user."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet, TextChoices
from rest_framework import serializers
from rest_framework.request import Request

from django_outfitanyone.account import rate_limits
from django_outfitanyone.catalogue import CatalogueReader, catalogue_for
from django_outfitanyone.conf import conf
from django_outfitanyone.models import Account, Hotspot
from django_outfitanyone.models.batch import NAME_LENGTH
from django_outfitanyone.models.hotspot import current_hotspots
from django_outfitanyone.models.of_picture import Picture
from django_outfitanyone.models.remote_job import RemoteJob
from django_outfitanyone.permissions import may_see_costs
from django_outfitanyone.pictures import images

LARGEST_ID = 2**63 - 1

Rows = Callable[[Any, Any], QuerySet[Any]]
"""Returns the rows that a user may see in the response to a request."""


def rows_for(rows: Rows, request: Request) -> QuerySet[Any]:
    """Return those of these rows that the user of the request may see."""
    return rows(request.user, request)


class EnumField(serializers.ChoiceField):
    """A choice field whose choices are a named component of the OpenAPI schema."""

    def __init__(self, values: type[TextChoices] | Iterable[Any], *, name: str = "", **kwargs: Any):
        choices = values.choices if isinstance(values, type) else [(one, one) for one in values]
        self.name = name or getattr(values, "__name__", "")
        super().__init__(choices=choices, **kwargs)

    def to_representation(self, value: Any) -> Any:
        """Return null for the empty string, which means "none" in the database."""
        return super().to_representation(value) or None


class ResolutionField(EnumField):
    """A size that some configured engine makes; the settings are read for each request."""

    def __init__(self, **kwargs: Any):
        super().__init__((), name="Resolution", **kwargs)

    def bind(self, field_name: str, parent: Any) -> None:
        self.choices = [(one, one) for one in _resolutions()]
        super().bind(field_name, parent)


def _resolutions() -> list[int]:
    """Return the sizes that any model of any engine makes; the request is checked later."""
    return sorted(
        {
            size
            for engine in conf.usable_engines
            for model in engine.remote_models
            for size in engine.capabilities(model).resolutions
        }
    )


class UploadField(serializers.FileField):
    """An uploaded picture. Raises ``PictureRefused``, as the admin and the commands do."""

    def to_internal_value(self, data: Any) -> Any:
        file = super().to_internal_value(data)
        images.prepare_upload(file)
        return file


class VisibleField(serializers.PrimaryKeyRelatedField[Any]):
    """The id of a row visible to the user. Invisible and unknown ids give the same error."""

    def __init__(self, visible: Rows, model: type[Model], **kwargs: Any):
        self.visible = visible
        super().__init__(queryset=model._default_manager.all(), **kwargs)

    def get_queryset(self) -> QuerySet[Any]:
        return rows_for(self.visible, self.context["request"])

    def to_internal_value(self, data: Any) -> Any:
        try:
            return super().to_internal_value(data)
        except ValidationError:  # of a primary key that is a UUID, for example
            self.fail("does_not_exist", pk_value=data)


class VisibleListField(serializers.ListField):
    """Ids of rows visible to the user: read with one query, in the given order, no duplicates."""

    default_error_messages = {"unknown": VisibleField.default_error_messages["does_not_exist"]}

    def __init__(self, visible: Rows, **kwargs: Any):
        self.visible = visible
        child = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
        super().__init__(child=child, allow_empty=False, **kwargs)

    def to_internal_value(self, data: Any) -> list[Any]:
        ids = list(dict.fromkeys(super().to_internal_value(data)))
        found = rows_for(self.visible, self.context["request"]).in_bulk(ids)
        for pk in ids:
            if pk not in found:
                self.fail("unknown", pk_value=pk)
        return [found[pk] for pk in ids]


class AmountField(serializers.DecimalField):
    """An amount of money as text; null for users who may not see costs."""

    def __init__(self, *, help_text: str = "", **kwargs: Any) -> None:
        defaults: dict[str, Any] = {"max_digits": None, "decimal_places": None}
        help_text = f"{help_text} Null without the permission `see_costs`.".lstrip()
        super().__init__(
            **{**defaults, **kwargs}, coerce_to_string=True, allow_null=True, help_text=help_text
        )

    def get_attribute(self, instance: Any) -> Any:
        return super().get_attribute(instance) if _sees_costs(self) else None


class AmountsField(serializers.DictField):
    """Amounts of money by currency; null for users who may not see costs."""

    def __init__(self, *, help_text: str = "", **kwargs: Any) -> None:
        child = serializers.DecimalField(
            max_digits=None, decimal_places=None, coerce_to_string=True
        )
        help_text = f"{help_text} Null without the permission `see_costs`.".lstrip()
        super().__init__(child=child, allow_null=True, help_text=help_text, **kwargs)

    def get_attribute(self, instance: Any) -> Any:
        return super().get_attribute(instance) if _sees_costs(self) else None


def _sees_costs(field: serializers.Field[Any, Any, Any, Any]) -> bool:
    return may_see_costs(field.context["request"].user)


class BatchNameField(serializers.CharField):
    """The name of the batch that a request makes."""

    def __init__(self) -> None:
        help_text = (
            "Name of the batch, if the request makes two or more try-ons. Empty: it says what is "
            "requested and when."
        )
        super().__init__(default="", allow_blank=True, max_length=NAME_LENGTH, help_text=help_text)


class MarkField(serializers.BooleanField):
    """A column that is True or null; null is shown as false."""

    def get_attribute(self, instance: Any) -> bool:
        return bool(super().get_attribute(instance))


class PollAfterField(serializers.IntegerField):
    """Seconds until the next poll makes sense; null once the job has finished."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def get_attribute(self, instance: RemoteJob) -> int | None:
        return poll_after() if instance.is_open else None


def poll_after() -> int:
    """Return the poll interval in whole seconds, as the ``Retry-After`` header needs it."""
    return math.ceil(conf.default_engine.POLL_INTERVAL)


class WaitsForField(serializers.CharField):
    """Why an unsent row cannot be submitted now; null when nothing blocks it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def get_attribute(self, instance: RemoteJob) -> str | None:
        if not instance.is_unsent:
            return None
        # the context is shared by all rows of a page, so each account is read once
        cache: dict[str, Any] = self.context  # type: ignore[assignment]
        key = f"obstacle {instance.account_id}"
        if key not in cache:
            account = Account.objects.filter(pk=instance.account_id).first()
            shows_costs = _sees_costs(self)
            obstacle = account and rate_limits.obstacle(account, shows_costs=shows_costs)
            cache[key] = obstacle or ""
        return cache[key] or None


class CatalogueMixin:
    """A mixin for fields that read a product through the catalogue adapter.

    ``source`` names the adapter's method.
    """

    source: str | None

    def get_attribute(self, instance: Any) -> Any:
        return getattr(self.shop, str(self.source))(instance)

    @property
    def shop(self) -> CatalogueReader:
        """The shop's products as the user of this request sees them."""
        context: dict[str, Any] = self.context  # type: ignore[attr-defined]
        return catalogue_for(context["request"])


class CatalogueCharField(CatalogueMixin, serializers.CharField):
    """Text from the catalogue adapter."""


class PriceTextField(CatalogueMixin, serializers.CharField):
    """The price as visitors read it, from the catalogue adapter; empty without a price."""

    def get_attribute(self, instance: Any) -> str:
        return self.shop.price_text(instance, self.shop.price(instance))


class CatalogueBooleanField(CatalogueMixin, serializers.BooleanField):
    """A boolean from the catalogue adapter."""


class CatalogueURLField(CatalogueMixin, serializers.URLField):
    """An absolute URL that is safe to link to; null when the product has none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def get_attribute(self, instance: Any) -> str | None:
        url = super().get_attribute(instance)
        return self.context["request"].build_absolute_uri(url) if url else None


class PrefixedNameMixin:
    """A mixin that names the schema component ``OutfitProduct`` instead of ``Product``.

    Shops often have a ``ProductSerializer`` of their own.
    """


class ResponseSerializer(PrefixedNameMixin, serializers.Serializer[Any]):
    """A serializer for response bodies."""


class SourceSerializer(ResponseSerializer):
    """A file of a picture and its width in pixels, as in the ``srcset`` of an ``<img>``."""

    url = serializers.URLField()
    width = serializers.IntegerField()

    def to_representation(self, instance: tuple[int, str]) -> dict[str, Any]:
        width, url = instance
        return {"url": self.context["request"].build_absolute_uri(url), "width": width}


class HotspotsOfPicture(serializers.ListSerializer[Any]):
    """The hotspots of a picture, without those of a file that was replaced."""

    def get_attribute(self, instance: Picture) -> list[Hotspot]:
        return current_hotspots(instance)
