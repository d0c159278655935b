from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Subquery, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.models.account import Account
from django_outfitanyone.models.clothes_parse import ClothesParse
from django_outfitanyone.models.try_on import TryOnResult
from django_outfitanyone.models.worn_garment import worn_with_a_product

if TYPE_CHECKING:
    from typing_extensions import Self

SMALLEST = Decimal("0.000001")

Totals = dict[Any, Decimal]


def shop_day(moment: datetime) -> date:
    """Return the day in the shop's time zone, ``TIME_ZONE``, whatever the reader's zone is."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


def first_moment(day: date) -> datetime:
    """Return when this day begins in the shop's time zone."""
    return datetime.combine(day, time.min, timezone.get_default_timezone())


class ChargeQuerySet(models.QuerySet["Charge"]):
    """Totals are in one currency: charges in any other are left out, never converted."""

    def real(self) -> Self:
        """Return the charges that the vendor bills."""
        return self.filter(is_sandbox=False)

    def of_sandboxes(self) -> Self:
        """Return what pictures of sandboxes and preview engines would cost; no one bills it."""
        return self.filter(is_sandbox=True)

    def since(self, day: date) -> Self:
        """Return the charges from this day on, by the shop's calendar."""
        return self.filter(charged_on__gte=day)

    def currencies(self) -> list[str]:
        """Return the currencies of these charges, in alphabetical order."""
        return list(self.order_by("currency").values_list("currency", flat=True).distinct())

    def total(self, currency: str) -> Decimal:
        """Return the sum of the charges in this currency."""
        sum_of = self.filter(currency=currency).order_by().aggregate(sum=Sum("amount"))
        return _exact(sum_of["sum"] or Decimal(0))

    def totals(self) -> Totals:
        """Return the sum of each currency; sums of two currencies are never added up."""
        return {currency: self.total(currency) for currency in self.currencies()}

    def by_day(self, currency: str) -> Totals:
        """Return totals by day, latest first. All other totals list the largest amount first."""
        days = self._by("charged_on", currency)
        return dict(sorted(days.items(), reverse=True))

    def by_model(self, currency: str) -> Totals:
        """Return totals by remote model."""
        return self._by("remote_model", currency)

    def by_requester(self, currency: str) -> Totals:
        """Return totals by primary key of the user, ``None`` for requests without a user."""
        return self._by("requested_by", currency)

    def by_product(self, currency: str) -> Totals:
        """Return totals by primary key of the product; all products share a picture's amount.

        ``None`` stands for parses of model photos, and for pictures whose garments were
        deleted.
        """
        totals: defaultdict[Any, Decimal] = defaultdict(Decimal)
        charges = self.filter(currency=currency).order_by()
        worn = worn_with_a_product().filter(try_on=OuterRef("try_on"))
        shares = (
            _with_products(charges, worn)
            .values_list("product", "shared_by")
            .annotate(sum=Sum("amount"))
        )
        for product, shared_by, amount in shares:
            totals[product] += _exact(amount / shared_by)
        others = charges.exclude(Exists(worn))
        if amount := others.aggregate(sum=Sum("amount"))["sum"]:
            totals[None] = _exact(amount)
        return _largest_first(totals.items())

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

    def _by(self, column: str, currency: str) -> Totals:
        own = self.filter(currency=currency).order_by()
        groups = own.values_list(column).annotate(sum=Sum("amount"))
        return _largest_first((key, _exact(amount)) for key, amount in groups)


def _with_products(charges: Any, worn: models.QuerySet[Any]) -> Any:
    """Return a row for each charge and product in its try-on; ``shared_by`` are how many.

    It starts with the charges, so that the try-ons of no others are read.
    """
    place = "try_on__worn"
    earlier = worn.filter(garment__product=OuterRef("product"), position__lt=OuterRef("position"))
    products = worn.values("try_on").annotate(count=Count("garment__product", distinct=True))
    return (
        charges.annotate(product=F(f"{place}__garment__product"), position=F(f"{place}__position"))
        .filter(~Exists(earlier), product__isnull=False)
        .annotate(shared_by=Subquery(products.values("count")))
    )


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


def _exact(amount: Decimal) -> Decimal:
    """Round as the column does, because SQLite sums up in floating point."""
    return amount.quantize(SMALLEST)


def _largest_first(totals: Iterable[tuple[Any, Decimal]]) -> Totals:
    return dict(sorted(totals, key=lambda total: total[1], reverse=True))
