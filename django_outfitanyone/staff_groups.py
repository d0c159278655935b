"""Ready groups for staff, each with all permissions that its work needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import Group, Permission
from django.db import router, transaction
from django.db.models import Model

from django_outfitanyone import permissions
from django_outfitanyone.catalogue import product_model
from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.models import (
    Account,
    Charge,
    ClothesParse,
    Garment,
    Hotspot,
    ModelImage,
    TryOnResult,
)

Rights = dict[type[Model], tuple[str, ...]]
"""Django's permissions for models, by their first word."""

WORK: dict[str, str] = {
    "Try-on: editors": permissions.GENERATE,
    "Try-on: reviewers": permissions.REVIEW,
    "Try-on: publishers": permissions.PUBLISH,
}
MANAGERS = "Try-on: managers"


@dataclass(frozen=True, kw_only=True)
class GroupChange:
    """What a group gets: ``added`` are permissions as in ``has_perm``; ``is_new`` if it is made."""

    name: str
    is_new: bool
    added: list[str]


def make_groups(*, dry_run: bool = False) -> list[GroupChange]:
    """Make the groups that are missing and add the permissions that they lack; remove nothing.

    Raises ``ConfigurationError`` before the first ``migrate``, which makes the permissions.
    """
    with transaction.atomic(using=router.db_for_write(Group)):
        return [
            _complete(name, list(_permissions_of(name)), dry_run=dry_run)
            for name in (*WORK, MANAGERS)
        ]


def _complete(name: str, wanted: list[str], *, dry_run: bool) -> GroupChange:
    found = _rows(wanted)
    group = Group.objects.filter(name=name).first()
    held = set(group.permissions.values_list("pk", flat=True)) if group else set()
    missing = {text: row for text, row in found.items() if row.pk not in held}
    if not dry_run:
        made = group or Group.objects.create(name=name)
        made.permissions.add(*missing.values())
    return GroupChange(name=name, is_new=group is None, added=list(missing))


def _permissions_of(name: str) -> Iterator[str]:
    """Yield the permissions of a group, as in ``has_perm``."""
    if name == MANAGERS:
        yield from permissions.ALL
        yield from _named(_rights_of_managers())
    else:
        yield WORK[name]
        yield from _named(_rights(WORK[name]))


def _rights(work: str) -> Rights:
    looking: Rights = dict.fromkeys(
        (product_model(), Garment, ModelImage, TryOnResult, Hotspot, ClothesParse), ("view",)
    )
    more: dict[str, Rights] = {
        permissions.GENERATE: dict.fromkeys(
            (Garment, ModelImage, TryOnResult, ClothesParse), ("view", "add", "change")
        ),
        permissions.REVIEW: {
            TryOnResult: ("view", "change"),
            Hotspot: ("view", "add", "change", "delete"),
        },
        permissions.PUBLISH: {TryOnResult: ("view", "change")},
    }
    return looking | more[work]


def _rights_of_managers() -> Rights:
    everything = ("view", "add", "change", "delete")
    return {
        product_model(): ("view",),
        **dict.fromkeys((Garment, ModelImage, TryOnResult, Hotspot, ClothesParse), everything),
        Account: ("view", "change"),
        Charge: ("view",),
    }


def _named(rights: Rights) -> Iterator[str]:
    for model, words in rights.items():
        options = model._meta
        for word in words:
            if word in options.default_permissions:  # a shop's own model may have none
                yield f"{options.app_label}.{get_permission_codename(word, options)}"


def _rows(wanted: list[str]) -> dict[str, Permission]:
    """Return the rows of these permissions by their names."""
    names = [text.partition(".")[2] for text in wanted]
    rows = Permission.objects.filter(codename__in=names).select_related("content_type")
    known = {f"{row.content_type.app_label}.{row.codename}": row for row in rows}
    if missing := [text for text in wanted if text not in known]:
        raise ConfigurationError(
            f"The database does not have the permission {missing[0]} yet. Run manage.py migrate, "
            "then try again."
        )
    return {text: known[text] for text in wanted}
