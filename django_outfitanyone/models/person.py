"""What a shop notes about the person in a model photo."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.choices import Gender

if TYPE_CHECKING:
    from typing import TypeAlias

    CharField: TypeAlias = models.CharField[Any, Any]
else:
    CharField = models.CharField

TAGS_LENGTH = 200
SEPARATOR = ", "


def tags_of(text: str) -> list[str]:
    """Return the tags of a comma-separated text: in lower case, each once."""
    tags = (" ".join(tag.split()).lower() for tag in text.replace("，", ",").split(","))
    return list(dict.fromkeys(filter(None, tags)))


def joined(tags: Iterable[str]) -> str:
    """Return tags as a row stores them."""
    return SEPARATOR.join(tags)


def has_tag(tag: str) -> Q:
    """Return the condition that a row has this tag, and not only one that contains it."""
    name = joined(tags_of(tag)[:1])
    return (
        Q(tags=name)
        | Q(tags__startswith=f"{name}{SEPARATOR}")
        | Q(tags__endswith=f"{SEPARATOR}{name}")
        | Q(tags__contains=f"{SEPARATOR}{name}{SEPARATOR}")
    )


class TagsField(CharField):
    """Comma-separated tags, stored in one form whatever was typed."""

    def deconstruct(self) -> Any:
        """Return a plain text column: migrations need not know this class."""
        name, _path, arguments, options = super().deconstruct()
        return name, "django.db.models.CharField", arguments, options

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return joined(tags_of(text)) if isinstance(text, str) else text

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(self.to_python(value))


class PersonFields(models.Model):
    """Gender, body and tags of the person in a photo; all may be empty."""

    gender = models.CharField(
        _("gender"),
        max_length=5,
        choices=Gender,
        blank=True,
        help_text=_("The refiner needs to know. Without it, you are asked each time."),
    )
    body = models.CharField(
        _("body"), max_length=60, blank=True, help_text=_("For example “tall” or “size 44”.")
    )
    tags = TagsField(
        _("tags"),
        max_length=TAGS_LENGTH,
        blank=True,
        help_text=_("Separated by commas, for example “studio, summer”."),
    )

    class Meta:
        abstract = True

    @property
    def tag_list(self) -> list[str]:
        """The tags, one by one."""
        return tags_of(self.tags)
