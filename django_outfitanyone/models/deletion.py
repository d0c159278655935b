"""What may still be billed is not deleted before its outcome is known, whatever deletes it."""

from __future__ import annotations

from typing import Any

from django.db.models import ProtectedError
from django.db.models.signals import pre_delete
from django.utils.translation import gettext as _

from django_outfitanyone.choices import UNSETTLED
from django_outfitanyone.models.clothes_parse import ClothesParse
from django_outfitanyone.models.remote_job import RemoteJob
from django_outfitanyone.models.transitions import NO_LEASE
from django_outfitanyone.models.try_on import TryOnResult


class NotSettled(ProtectedError):
    """The row may still be billed, so it cannot be deleted yet."""

    def __str__(self) -> str:
        """Return the message only: the rows' own texts need queries, which may be impossible."""
        return str(self.args[0])


def refuse_unsettled(sender: type[RemoteJob], instance: RemoteJob, using: str, **_: Any) -> None:
    """Raise ``NotSettled`` if the row may be billed; receiver of ``pre_delete``.

    Otherwise end the lease of a worker that is about to submit the row. The UPDATE locks
    the row until the deletion is committed, so that nothing is sent meanwhile.
    """
    row = sender._base_manager.using(using).filter(pk=instance.pk)
    if not row.exclude(status__in=UNSETTLED).update(**NO_LEASE) and row.exists():
        raise NotSettled(unsettled_text(), {instance})


def protects_unsettled(error: ProtectedError) -> bool:
    """Whether a row that may still be billed stopped a deletion, and not one of another app."""
    return any(isinstance(row, RemoteJob) for row in error.protected_objects)


def unsettled_text() -> str:
    """Explain to a person why a row cannot be deleted yet."""
    return _(
        "A request that may still be charged cannot be deleted. Wait until it is finished, or "
        "decide about it if it needs attention, and then delete it."
    )


for model in (TryOnResult, ClothesParse):
    pre_delete.connect(
        refuse_unsettled, sender=model, dispatch_uid=f"outfitanyone_{model.__name__}_unsettled"
    )
