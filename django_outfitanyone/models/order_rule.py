from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.models.garment import Garment
from django_outfitanyone.models.model_image import ModelImage

if TYPE_CHECKING:
    from typing_extensions import Self


class OrderRuleQuerySet(models.QuerySet[Any]):
    def active(self) -> Self:
        """Return the rules that apply to new garments."""
        return self.filter(is_active=True)


class OrderRule(models.Model):
    """A rule of the shop: new garments of these kinds are tried on these photos.

    It requests nothing. New garments wait until a person orders their pictures or leaves them
    out. They are those with a higher key than the last one about which a person has decided, so
    that garments count however they were added, by ``bulk_create`` too.
    """

    name = models.CharField(_("name"), max_length=100)
    is_active = models.BooleanField(_("active"), default=True)
    kinds = models.JSONField(
        _("kinds"), default=list, blank=True, help_text=_("Without any, all kinds.")
    )
    photos = models.ManyToManyField(ModelImage, verbose_name=_("model photos"), related_name="+")
    engine = models.CharField(_("engine and quality"), max_length=200, blank=True)
    after_garment = models.BigIntegerField(default=0, editable=False)
    """Key of the last garment about which a person has decided."""
    decided_at = models.DateTimeField(_("last decided at"), null=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("last decided by"),
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
    )

    objects = OrderRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("order rule")
        verbose_name_plural = _("order rules")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new rule applies to garments that are added from now on."""
        if self._state.adding and not self.after_garment:
            self.after_garment = Garment.objects.aggregate(last=Max("pk"))["last"] or 0
        super().save(*args, **kwargs)

    def waiting(self) -> Any:
        """Return the new garments about which no person has decided, the oldest first."""
        new = Garment.objects.filter(pk__gt=self.after_garment).order_by("pk")
        if not self.is_active:
            return new.none()
        return new.filter(kind__in=self.kinds) if self.kinds else new

    def decide(self, shown: Collection[int], *, decided_by: Any) -> bool:
        """Record that a person has decided about those of these garments that wait.

        From the first one on that waits but was not shown, all wait again. Returns False if
        nothing changes.
        """
        decided = self.waiting().filter(pk__in=shown).order_by("-pk")
        last = decided.values_list("pk", flat=True).first() or 0
        others = self.waiting().filter(pk__lt=last).exclude(pk__in=shown)
        if first_other := others.values_list("pk", flat=True).first():
            last = first_other - 1
        rows = type(self).objects.filter(pk=self.pk, after_garment__lt=last)
        now = timezone.now()
        return bool(rows.update(after_garment=last, decided_at=now, decided_by=decided_by))
