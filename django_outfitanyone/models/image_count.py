from __future__ import annotations

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.models.account import Account


class ImageCountQuerySet(models.QuerySet["ImageCount"]):
    def add(self, account_id: str, remote_model: str, images: int) -> None:
        """Count these images.

        Call it in the transaction that writes or does not write their charge. The UPDATE holds
        the row until that ends, so that each of several processes gets images of its own.
        """
        row = self.filter(account=account_id, remote_model=remote_model)
        if not row.update(images=F("images") + images):
            self.get_or_create(account_id=account_id, remote_model=remote_model)
            row.update(images=F("images") + images)

    def counted(self, account_id: str, remote_model: str) -> int:
        """Return how many images were counted; in the transaction of ``add``, with its own."""
        row = self.filter(account=account_id, remote_model=remote_model)
        return row.values_list("images", flat=True).get()


class ImageCount(models.Model):
    """How many images of a remote model an account was charged, also by free quota.

    A counter, because the sum over the charges would take longer with each of them.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    remote_model = models.CharField(_("model"), max_length=50)
    images = models.IntegerField(_("pictures"), default=0)

    objects = ImageCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("number of charged pictures")
        verbose_name_plural = _("numbers of charged pictures")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "remote_model"], name="outfitanyone_one_count_of_a_model"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remote_model}: {self.images}"
