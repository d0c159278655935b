from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.models.account import Account

if TYPE_CHECKING:
    from typing_extensions import Self


class TemporaryUploadQuerySet(models.QuerySet["TemporaryUpload"]):
    def expired(self) -> Self:
        """Return the uploads that the engine has deleted."""
        return self.filter(expires_at__lt=timezone.now())


class TemporaryUpload(models.Model):
    """A picture uploaded to the engine; valid for one remote model for two days."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    sha256 = models.CharField(max_length=64)
    remote_model = models.CharField(max_length=50)
    url = models.CharField(max_length=500)
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
