from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connections, models, router, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.models.account import Account

if TYPE_CHECKING:
    from typing_extensions import Self


class TemporaryUploadQuerySet(models.QuerySet["TemporaryUpload"]):
    def remember(self, *, is_first: bool, url: str, expires_at: datetime, **key: Any) -> None:
        """Store an upload, in place of an earlier one of the same picture and model.

        ``is_first`` says that none was known; another host may have stored one since.
        """
        row, fresh = self.filter(**key), {"url": url, "expires_at": expires_at}
        if not is_first and row.update(**fresh):
            return
        using = router.db_for_write(self.model)
        is_nested = connections[using].in_atomic_block
        try:
            with transaction.atomic(using=using) if is_nested else nullcontext():
                self.create(**key, **fresh)
        except IntegrityError:
            row.update(**fresh)

    def expired(self) -> Self:
        """Return the uploads that the engine has deleted."""
        return self.filter(expires_at__lt=timezone.now())


class TemporaryUpload(models.Model):
    """A picture uploaded to the engine; valid for one remote model, for as long as it says."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    sha256 = models.CharField(max_length=64)
    remote_model = models.CharField(max_length=50)
    url = models.TextField()
    expires_at = models.DateTimeField(_("expires at"), db_index=True)

    objects = TemporaryUploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("temporary upload")
        verbose_name_plural = _("temporary uploads")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "sha256", "remote_model"],
                name="outfitanyone_upload_once_per_model",
            ),
        ]

    def __str__(self) -> str:
        return self.url
