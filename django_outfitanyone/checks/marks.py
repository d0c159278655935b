"""Checks of the marks on pictures: the visible label, signatures and China's AIGC field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import DatabaseError, connections, router, transaction

from django_outfitanyone.checks.messages import Messages, warning
from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.models import TryOnResult
from django_outfitanyone.pictures import content_credentials


def check_label(databases: Iterable[str] | None = None, **_kwargs: Any) -> Messages:
    """Pictures on public pages without the visible label that says that AI made them.

    Reads the database, so it runs only where Django names some: `check --database default`,
    and `migrate`.
    """
    if conf.SHOW_LABEL or not any(map(_has_public_pictures, databases or ())):
        return []
    return [
        warning(
            "W050",
            "OUTFITANYONE['SHOW_LABEL'] is off, but visitors see pictures that AI made: the law "
            "of several countries demands a visible label.",
            'OUTFITANYONE = {"SHOW_LABEL": True}, or if your templates show a label of their own: '
            'SILENCED_SYSTEM_CHECKS = ["django_outfitanyone.W050"]',
        )
    ]


def check_signing(**_kwargs: Any) -> Messages:
    """A certificate that cannot sign: pictures are then stored without a signature."""
    if not content_credentials.is_configured():
        return []
    if not content_credentials.is_installed():
        return [
            warning(
                "W051",
                "OUTFITANYONE['C2PA_CERTIFICATE'] is set, but c2pa is not installed, so pictures "
                "are not signed.",
                f'pip install "{content_credentials.EXTRA}"',
            )
        ]
    try:
        content_credentials.load_identity()
    except ConfigurationError as fault:
        return [
            warning(
                "W052",
                f"Pictures are not signed: {fault}",
                'OUTFITANYONE = {"C2PA_CERTIFICATE": "/etc/shop/chain.pem", '
                '"C2PA_KEY": "/etc/shop/key.pem"}',
            )
        ]
    return []


def _has_public_pictures(alias: str) -> bool:
    """Whether this database has such rows; not before `migrate` has created their table."""
    if router.db_for_read(TryOnResult) != alias:
        return False
    try:
        with transaction.atomic(using=alias):
            return (
                TryOnResult._meta.db_table in connections[alias].introspection.table_names()
                and TryOnResult.objects.using(alias).public().exists()
            )
    except DatabaseError:  # unavailable, or without a column that a migration will add
        return False
