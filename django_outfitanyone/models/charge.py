from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, router, transaction
from django.db.models import Count, Exists, F, Min, OuterRef, Sum, Window
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.models.account import Account
from django_outfitanyone.models.amounts import (
    AmountQuerySet,
    Totals,
    exact,
    largest_first,
    shop_day,
)
from django_outfitanyone.models.clothes_parse import ClothesParse
from django_outfitanyone.models.daily_total import DailyTotal
from django_outfitanyone.models.try_on import TryOnResult
from django_outfitanyone.models.worn_garment import worn_with_a_product

if TYPE_CHECKING:
    from typing_extensions import Self


class ChargeQuerySet(AmountQuerySet["Charge"]):
    """The ledger: a charge is written once and never changed."""

    def by_requester(self, currency: str) -> Totals:
        """Return totals by primary key of the user, ``None`` for requests without a user."""
        return self._by("requested_by", currency)

    def by_product(self, currency: str) -> Totals:
        """Return totals by primary key of the product; all products share a picture's amount.

        ``None`` stands for parses of model photos, and for pictures whose garments were
        deleted.
        """
        totals: defaultdict[Any, Decimal] = defaultdict(Decimal)
        for _currency, _is_sandbox, product, amount, _count in self.filter(
            currency=currency
        ).product_shares():
            totals[product] += amount
        return largest_first(totals.items())

    def product_shares(self) -> list[tuple[Any, ...]]:
        """Return currency, sandbox, product, its share, and how many charges it shares.

        Takes two queries; the time grows with the number of charges.
        """
        found: defaultdict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [Decimal(0), 0])
        for *key, amount in _with_products(self.order_by().prefetch_related(None)).iterator():
            found[tuple(key)][0] += amount
            found[tuple(key)][1] += 1
        shares: defaultdict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [Decimal(0), 0])
        for (*key, shared_by), (amount, count) in found.items():
            shares[tuple(key)][0] += exact(amount / shared_by)
            shares[tuple(key)][1] += count
        worn = worn_with_a_product().filter(try_on=OuterRef("try_on"))
        others = self.order_by().exclude(Exists(worn)).values_list("currency", "is_sandbox")
        of_no_product = [
            (*key, None, exact(amount), count)
            for *key, amount, count in others.annotate(sum=Sum("amount"), count=Count("pk"))
        ]
        return [*((*key, *share) for key, share in shares.items()), *of_no_product]

    def count_images(self) -> int:
        """Return the number of pictures that were charged."""
        return self.aggregate(count=Sum("images"))["count"] or 0

    def record(
        self,
        job: TryOnResult | ClothesParse,
        *,
        remote_model: str,
        images: int,
        amount: Decimal,
        task_id: str | None = None,
        free_images: int = 0,
    ) -> Charge | None:
        """Create the charge for an answer to this job; return ``None`` if it made no picture.

        The free quota covers ``free_images`` of its pictures, and ``amount`` the others.

        Call it in the transaction that stores the answer. Raises ``IntegrityError`` if the
        remote task is charged already, or if the user who requested it is gone.
        """
        if not images:
            return None
        columns = {
            **_columns(job, charged_at=timezone.now()),
            "remote_model": remote_model,
            "images": images,
            "free_images": free_images,
            "amount": amount,
            "currency": job.currency,
            "is_sandbox": _is_sandbox(job),
        }
        return self.create(account_id=job.account_id, task_id=task_id, **columns)

    def of_task(self, account_id: str, task_id: str | None) -> Charge | None:
        """Return the charge of this remote task, if it has one."""
        return self.filter(account=account_id, task_id=task_id).first() if task_id else None

    def record_unclear(
        self, parse: ClothesParse, *, remote_model: str, amount: Decimal, free_images: int = 0
    ) -> Charge:
        """Create the charge for a call of this parse that got no answer but may be billed.

        Call it in the transaction that ends the wait for the answer. It counts for the day on
        which the call was sent. ``amount`` is in the currency of the parse.
        """
        return self.create(
            account_id=parse.account_id,
            **_columns(parse, charged_at=parse.sent_at),
            remote_model=remote_model,
            images=1,
            free_images=free_images,
            amount=amount,
            currency=parse.currency,
            is_sandbox=_is_sandbox(parse),
            is_unclear=True,
        )

    def unclear(self) -> Self:
        """Return the charges for calls that got no answer, which may not have been billed."""
        return self.filter(is_unclear=True)

    def count_unclear_calls(self, parse: ClothesParse) -> int:
        """Return how many calls without an answer are charged since this parse was requested."""
        return self.unclear().filter(clothes_parse=parse, charged_at__gte=parse.queued_at).count()

    def among(self, account_id: str, task_ids: Iterable[str]) -> set[str]:
        """Return those of these remote tasks that are charged, even if their row was deleted."""
        charged = self.filter(account=account_id, task_id__in=list(task_ids))
        return {task_id for task_id in charged.values_list("task_id", flat=True) if task_id}


def _with_products(charges: models.QuerySet[Charge]) -> models.QuerySet[Any, tuple[Any, ...]]:
    """Return a row for each charge and product in its try-on.

    It has currency, sandbox, product, how many products share the charge, and its amount. A
    window counts these, because a subquery for each charge takes five times as long.
    """
    product = "try_on__worn__garment__product"
    products: Any = charges.filter(**{f"{product}__isnull": False}).annotate(product=F(product))
    grouped = products.values("pk", "currency", "is_sandbox", "amount", "product")
    # the smallest position groups the rows: a product with two garments has one of them
    once = grouped.annotate(position=Min("try_on__worn__position"))
    counted = once.annotate(shared_by=Window(Count("*"), partition_by=[F("pk")]))
    rows: models.QuerySet[Any, tuple[Any, ...]] = counted.values_list(
        "currency", "is_sandbox", "product", "shared_by", "amount"
    )
    return rows


class Charge(models.Model):
    """One line of the ledger: pictures that the engine bills, or may bill.

    A charge stays when its job is deleted. A reused result costs nothing and has no charge.
    """

    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.PROTECT, related_name="+"
    )
    charged_at = models.DateTimeField(_("charged at"))
    charged_on = models.DateField(
        _("day"), db_index=True, help_text=_("On the shop's calendar, that of TIME_ZONE.")
    )
    remote_model = models.CharField(_("model"), max_length=50)
    images = models.PositiveSmallIntegerField(_("pictures"))
    free_images = models.PositiveSmallIntegerField(
        _("free pictures"),
        default=0,
        help_text=_("Covered by the free quota, so that they cost nothing."),
    )
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=6)
    currency = models.CharField(_("currency"), max_length=3)
    is_unclear = models.BooleanField(
        _("outcome unclear"),
        default=False,
        help_text=_("No answer came, so the engine may not have billed it."),
    )
    is_sandbox = models.BooleanField(
        _("of a sandbox"),
        default=False,
        help_text=_("What a real engine would cost; nothing is billed."),
    )
    task_id = models.CharField(_("task id"), max_length=500, null=True)
    try_on = models.ForeignKey(
        TryOnResult,
        verbose_name=_("for the try-on"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="charges",
    )
    clothes_parse = models.ForeignKey(
        ClothesParse,
        verbose_name=_("clothes parse"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="charges",
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requested by"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )

    objects = ChargeQuerySet.as_manager()

    class Meta:
        verbose_name = _("charge")
        verbose_name_plural = _("charges")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["remote_model", "id"], name="outfit_charge_model"),
            models.Index(fields=["is_sandbox", "id"], name="outfit_charge_sandbox"),
            models.Index(fields=["is_unclear", "id"], name="outfit_charge_unclear"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "task_id"], name="outfitanyone_task_charged_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.charged_on} {self.remote_model} {self.currency} {self.amount.normalize():f}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a new charge is part of the total of its day at the same moment."""
        if not self._state.adding:
            super().save(*args, **kwargs)
            return
        using = kwargs.get("using") or router.db_for_write(Charge, instance=self)
        # an error ends the caller's transaction too: row, charge and total are one
        with transaction.atomic(using=using, savepoint=False):
            super().save(*args, **kwargs)
            DailyTotal.objects.using(using).add(self)


def _columns(job: TryOnResult | ClothesParse, *, charged_at: datetime) -> dict[str, Any]:
    """Return whose charge it is, and of which day."""
    is_parse = isinstance(job, ClothesParse)
    return {
        "charged_at": charged_at,
        "charged_on": shop_day(charged_at),
        "try_on_id": job.try_on_id if isinstance(job, ClothesParse) else job.pk,
        "clothes_parse_id": job.pk if is_parse else None,
        "requested_by_id": job.requested_by_id,
    }


def _is_sandbox(job: TryOnResult | ClothesParse) -> bool:
    """Return whether no vendor bills the job; one of an engine that is gone may be billed."""
    return job.engine_settings is not None and job.engine_settings.is_sandbox
