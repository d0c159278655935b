from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_outfitanyone.conf import conf
from django_outfitanyone.models.account import Account
from django_outfitanyone.models.clothes_parse import ClothesParse
from django_outfitanyone.models.try_on import TryOnResult

if TYPE_CHECKING:
    from typing_extensions import Self

TOP = "try_on__top_garment__product"
BOTTOM = "try_on__bottom_garment__product"

SMALLEST = Decimal("0.000001")

Totals = dict[Any, Decimal]


def shop_day(moment: datetime) -> date:
    """Return the day in the shop's time zone, ``TIME_ZONE``, whatever the reader's zone is."""
    return timezone.localtime(moment, timezone.get_default_timezone()).date()


class ChargeQuerySet(models.QuerySet["Charge"]):
    """Totals are in the ``CURRENCY`` of the settings; charges in other currencies are left out."""

    def payable(self) -> Self:
        """Return the charges in the currency of the current prices and budgets."""
        return self.filter(currency=conf.CURRENCY)

    def since(self, day: date) -> Self:
        """Return the charges from this day on, by the shop's calendar."""
        return self.filter(charged_on__gte=day)

    def total(self) -> Decimal:
        return _exact(self.payable().order_by().aggregate(sum=Sum("amount"))["sum"] or Decimal(0))

    def by_day(self) -> Totals:
        """Return totals by day, latest first. All other totals list the largest amount first."""
        return dict(sorted(self._by("charged_on").items(), reverse=True))

    def by_model(self) -> Totals:
        """Return totals by remote model."""
        return self._by("remote_model")

    def by_requester(self) -> Totals:
        """Return totals by primary key of the user, ``None`` for requests without a user."""
        return self._by("requested_by")

    def by_product(self) -> Totals:
        """Return totals by primary key of the product; two products share a picture's amount.

        ``None`` stands for parses of model photos, and for pictures whose garments were
        deleted.
        """
        totals: defaultdict[Any, Decimal] = defaultdict(Decimal)
        groups = self.payable().order_by().values_list(TOP, BOTTOM).annotate(sum=Sum("amount"))
        for top, bottom, amount in groups:
            shared = {product for product in (top, bottom) if product is not None} or {None}
            for product in shared:
                totals[product] += _exact(amount / len(shared))
        return _largest_first(totals.items())

    def count_images(self) -> int:
        """Return the number of pictures that were charged."""
        return self.aggregate(count=Sum("images"))["count"] or 0

    def record(
        self,
        job: TryOnResult | ClothesParse,
        *,
        remote_model: str,
        task_id: str | None = None,
        free_images: int = 0,
    ) -> Charge | None:
        """Create the charge for this job's answer; return ``None`` if it made no picture.

        The free quota covers ``free_images`` of its pictures, and ``job.cost`` the others.

        Call it in the transaction that stores the answer. A remote task is charged only
        once, however often its answer is recorded.
        """
        if not job.image_count:
            return None
        columns = {
            **_columns(job, charged_at=timezone.now()),
            "remote_model": remote_model,
            "images": job.image_count,
            "free_images": free_images,
            "amount": job.cost,
            "currency": job.currency,
        }
        if task_id is None:
            return self.create(account_id=job.account_id, **columns)
        return self.get_or_create(account_id=job.account_id, task_id=task_id, defaults=columns)[0]

    def of_task(self, account_id: str, task_id: str | None) -> Charge | None:
        """Return the charge of this remote task, if it has one."""
        return self.filter(account=account_id, task_id=task_id).first() if task_id else None

    def record_unclear(self, parse: ClothesParse, *, free_images: int = 0) -> Charge:
        """Create the charge for a call of this parse that got no answer but may be billed.

        Call it in the transaction that ends the wait for the answer. It counts for the day on
        which the call was sent.
        """
        return self.create(
            account_id=parse.account_id,
            **_columns(parse, charged_at=parse.sent_at),
            remote_model=conf.PARSING_MODEL,
            images=1,
            free_images=free_images,
            amount=conf.price(conf.PARSING_MODEL) * (1 - free_images),
            currency=conf.CURRENCY,
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

    def _by(self, column: str) -> Totals:
        groups = self.payable().order_by().values_list(column).annotate(sum=Sum("amount"))
        return _largest_first((key, _exact(amount)) for key, amount in groups)


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
    task_id = models.CharField(_("task id"), max_length=100, null=True)
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
        "requested_by_id": _requester_id(job),
    }


def _requester_id(job: TryOnResult | ClothesParse) -> Any:
    """Return who requested the job by its row: the user may have been deleted meanwhile."""
    rows = type(job)._default_manager.filter(pk=job.pk)
    return rows.values_list("requested_by_id", flat=True).first()


def _exact(amount: Decimal) -> Decimal:
    """Round as the column does, because SQLite sums up in floating point."""
    return amount.quantize(SMALLEST)


def _largest_first(totals: Iterable[tuple[Any, Decimal]]) -> Totals:
    return dict(sorted(totals, key=lambda total: total[1], reverse=True))
