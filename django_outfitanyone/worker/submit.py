"""The first half of a try-on: from the wish to the paid request, which is sent once.

Each step does one thing, writes it down, and says when to come back.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from django.utils import timezone
from django.utils.translation import gettext as _

from django_outfitanyone.account import rate_limits
from django_outfitanyone.account.ledger import insist
from django_outfitanyone.choices import Status
from django_outfitanyone.conf import conf
from django_outfitanyone.engines.base import RefineOrder, RemoteState, TaskReport, TryOnOrder
from django_outfitanyone.exceptions import (
    APIError,
    OutcomeUnknown,
    RequestNotSent,
    RequestRefused,
)
from django_outfitanyone.models import ClothesParse, Hotspot, ModelImage, TryOnResult
from django_outfitanyone.models.remote_job import UNCLEAR, LeaseLost
from django_outfitanyone.models.try_on import Keep
from django_outfitanyone.worker.collect import answer_columns, next_look, sent_at
from django_outfitanyone.worker.parse import ask_for_clothes
from django_outfitanyone.worker.reuse import fingerprint_of, finished_twin, has_earlier_twin, reuse
from django_outfitanyone.worker.uploads import addresses_of

if TYPE_CHECKING:
    from django.db.models.fields.files import FieldFile

    from django_outfitanyone.engines.base import Provider

logger = logging.getLogger("django_outfitanyone")

LOOK_AGAIN = timedelta(seconds=2)
LOOK_AGAIN_LATER = timedelta(seconds=60)
"""For waits that whoever is waited for normally cuts short."""
CLOCK_SKEW = timedelta(seconds=60)
"""How far the API's clock may differ from ours when its task list is read."""
SLOT_KEPT = timedelta(minutes=5)
"""After this a task that may have been submitted is over: documented times stay under two."""


def start(try_on: TryOnResult, provider: Provider) -> datetime | None:
    """Step: use the picture that exists already, or prepare a new one."""
    _check_wish(try_on)
    if not try_on.force_new:
        twin = finished_twin(try_on)
        if twin:
            reuse(twin, for_row=try_on)
            return None
        if has_earlier_twin(try_on):
            return timezone.now() + LOOK_AGAIN
    try_on.move(Status.PREPARING)
    return prepare(try_on, provider)


def prepare(try_on: TryOnResult, provider: Provider) -> datetime:
    """Step: hand the pictures over; when that is done and a slot is free, submit."""
    _check_wish(try_on)
    inputs = _own_pictures(try_on)
    if try_on.keep:
        search = _search_for_kept(try_on)
        if search.status != Status.SUCCEEDED:
            return timezone.now() + _wait_for(search, try_on)
        crop = _kept_crop(try_on)
        inputs["top" if try_on.keep == Keep.UPPER else "bottom"] = (crop.crop, crop.crop_sha256)
    addresses = _addresses(try_on, inputs, provider)
    if not try_on.is_prepared:
        try_on.write(is_prepared=True)
        return timezone.now()
    return submit(try_on, addresses, provider)


def submit(try_on: TryOnResult, addresses: dict[str, str], provider: Provider) -> datetime:
    """Send the paid request, once, when it is allowed to.

    The row says so before anything leaves this machine. Only an answer that proves
    that no task was made takes it back; anything unclear stays ``submitting`` and is
    looked into by ``look_into``.
    """
    slots = rate_limits.free_slots(try_on.account)
    if not slots:
        return timezone.now()
    ask_again_at = rate_limits.admit(try_on, remote_model=try_on.remote_model, slot=slots[0])
    if ask_again_at:
        return ask_again_at
    try:
        report = _send(try_on, addresses, provider)
    except OutcomeUnknown as error:
        try_on.write(error_code=error.code, error_message=error.message)
        return sent_at(try_on) + timedelta(seconds=conf.UNCLEAR_SUBMIT_DELAY)
    except (RequestNotSent, APIError):
        try_on.move(Status.PREPARING, submitted_at=None)
        raise
    _keep_task(try_on, report)
    return next_look(try_on)


def look_into(try_on: TryOnResult, provider: Provider) -> datetime | None:
    """Step: nobody knows whether the request arrived; see what the account's task list shows.

    An empty list after a safe delay proves that nothing arrived, and only then the
    request goes out again. A task in it may be somebody else's, for the list names no
    inputs; so a person decides, unless the shop has said that nobody else uses the account.
    """
    settled_at = sent_at(try_on) + timedelta(seconds=conf.UNCLEAR_SUBMIT_DELAY)
    if timezone.now() < settled_at:
        return settled_at
    candidates = _unknown_tasks(try_on, provider)
    if not candidates:
        try_on.move(Status.PREPARING, submitted_at=None)
        return timezone.now()
    task_id = _surely_mine(try_on, candidates)
    if task_id:
        try_on.move(Status.RUNNING, remote_task_id=task_id)
        return timezone.now()
    slot_free_at = _slot_free_at(try_on, candidates)
    kept = {} if slot_free_at else {"slot": None}
    try_on.move(
        Status.NEEDS_ATTENTION,
        **UNCLEAR,
        remote_answer={"candidates": candidates},
        due_at=slot_free_at,
        **kept,
    )
    return slot_free_at


def _slot_free_at(try_on: TryOnResult, candidates: list[dict[str, str]]) -> datetime | None:
    """When none of these tasks can be running any more; ``None`` when none is already now."""
    if all(RemoteState(task["state"]).is_final for task in candidates):
        return None
    return sent_at(try_on) + SLOT_KEPT


def free_slot(try_on: TryOnResult, provider: Provider) -> None:  # noqa: ARG001
    """Step: whatever became of an unclear request, by now it no longer runs."""
    try_on.write(slot=None)


def _search_for_kept(try_on: TryOnResult) -> ClothesParse:
    """The search of the model photo for the half to keep; paid once, whoever asks."""
    photo = cast("ModelImage", try_on.model_image)  # its absence would have changed the wish
    return ask_for_clothes(
        photo,
        [try_on.keep],
        requested_by=try_on.requested_by,
        failed_since=try_on.queued_at,
    )


def _wait_for(search: ClothesParse, try_on: TryOnResult) -> timedelta:
    """How long to wait for it; ``RequestRefused`` when it has failed."""
    if search.is_open:
        return LOOK_AGAIN
    if search.status == Status.NEEDS_ATTENTION:
        try_on.write(
            error_code="SearchNeedsAttention",
            error_message=_("The search for clothes %(id)s waits for somebody's decision.")
            % {"id": search.pk},
        )
        return LOOK_AGAIN_LATER
    raise RequestRefused(
        _("The clothes to keep could not be found: %(error)s") % {"error": search.error_message},
        code=search.error_code,
    )


def _kept_crop(try_on: TryOnResult) -> Hotspot:
    """The half to keep, cut out of the model photo."""
    photo = cast("ModelImage", try_on.model_image)
    crop = Hotspot.objects.of(photo).filter(clothes_type=try_on.keep).exclude(crop="").first()
    if crop is None:
        raise RequestRefused(
            _(
                "The model photo shows no separate garment that could be kept there (%(half)s). "
                "Choose another photo, or have the other half replaced."
            )
            % {"half": try_on.get_keep_display()},
            code="NothingToKeep",
        )
    return crop


def _check_wish(try_on: TryOnResult) -> None:
    """Pictures and options must still be those that were asked for and priced."""
    if fingerprint_of(try_on) != try_on.fingerprint:
        raise RequestRefused(
            _(
                "A garment or the model photo was changed or deleted after this was asked for. "
                "Ask for it again."
            ),
            code="InputChanged",
        )


def _own_pictures(try_on: TryOnResult) -> dict[str, tuple[FieldFile, str]]:
    """The shop's pictures to hand over: role to file and content hash."""
    inputs: dict[str, tuple[FieldFile, str]] = {}
    if try_on.model_image:
        inputs["person"] = (try_on.model_image.image, try_on.model_image.sha256)
    if try_on.top_garment:
        inputs["top"] = (try_on.top_garment.image, try_on.top_garment.sha256)
    if try_on.bottom_garment:
        inputs["bottom"] = (try_on.bottom_garment.image, try_on.bottom_garment.sha256)
    if try_on.refines:
        inputs["coarse"] = (try_on.refines.image, try_on.refines.sha256)
    return inputs


def _addresses(
    try_on: TryOnResult, inputs: dict[str, tuple[FieldFile, str]], provider: Provider
) -> dict[str, str]:
    """Where the remote system finds these pictures, by role."""
    addresses = {}
    for role, address in addresses_of(
        inputs, remote_model=try_on.remote_model, account=try_on.account, provider=provider
    ):
        addresses[role] = address
        try_on.keep_lease()
    return addresses


def _send(try_on: TryOnResult, addresses: dict[str, str], provider: Provider) -> TaskReport:
    clothes = {
        "model": try_on.remote_model,
        "person_url": addresses["person"],
        "top_url": addresses.get("top", ""),
        "bottom_url": addresses.get("bottom", ""),
    }
    if try_on.refines_id:
        return provider.refine(
            RefineOrder(**clothes, coarse_url=addresses["coarse"], gender=try_on.gender)
        )
    return provider.submit(
        TryOnOrder(**clothes, resolution=try_on.resolution, restore_face=try_on.restore_face)
    )


def _keep_task(try_on: TryOnResult, report: TaskReport) -> None:
    """Write the task's id down, even if the lease was lost meanwhile: it is paid for.

    From now on its age is counted from the answer, by which time it exists.
    """
    sent_at = try_on.submitted_at
    columns = {
        "remote_task_id": report.task_id,
        "submitted_at": timezone.now(),
        **answer_columns(report),
    }
    try:
        insist(lambda: try_on.move(Status.RUNNING, **columns))
    except LeaseLost:
        kept = TryOnResult.objects.filter(
            pk=try_on.pk,
            submitted_at=sent_at,
            status__in=[Status.SUBMITTING, Status.NEEDS_ATTENTION],
        ).update(status=Status.RUNNING, due_at=timezone.now(), finished_at=None, **columns)
        logger.warning(
            "Try-on %s: the answer to its submit came after the lease; task %s was %s.",
            try_on.pk,
            report.task_id,
            "kept" if kept else "lost",
            extra={"event": "late_answer", "job_id": try_on.pk, "task_id": report.task_id},
        )
        raise


def _surely_mine(try_on: TryOnResult, candidates: list[dict[str, str]]) -> str:
    """The one task that must be this row's, ``""`` if there is no telling.

    Requests leave one after the other, so as many tasks as unclear rows means that
    they belong together in the order of their times.
    """
    if not conf.EXCLUSIVE_ACCOUNT:
        return ""
    unclear = list(
        TryOnResult.objects.filter(
            account_id=try_on.account_id,
            remote_model=try_on.remote_model,
            remote_task_id__isnull=True,
            submitted_at__range=_window(try_on),
        )
        .order_by("submitted_at")
        .values_list("pk", flat=True)
    )
    if len(unclear) != len(candidates):
        return ""
    candidates = sorted(candidates, key=lambda task: task["submitted_at"])
    return candidates[unclear.index(try_on.pk)]["task_id"]


def _window(try_on: TryOnResult) -> tuple[datetime, datetime]:
    """When the task of this submit must have begun, by a clock that may differ from ours."""
    sent = sent_at(try_on)
    return sent - CLOCK_SKEW, sent + conf.lease + CLOCK_SKEW


def _unknown_tasks(try_on: TryOnResult, provider: Provider) -> list[dict[str, str]]:
    """Tasks of the minute of the submit that belong to no row here."""
    start, end = _window(try_on)
    listed = provider.list_tasks(start=start, end=end, model=try_on.remote_model)
    known = set(
        TryOnResult.objects.filter(
            remote_task_id__in=[task.task_id for task in listed]
        ).values_list("remote_task_id", flat=True)
    )
    return [
        {
            "task_id": task.task_id,
            "state": task.state.value,
            "submitted_at": task.submitted_at.isoformat() if task.submitted_at else "",
        }
        for task in listed
        if task.task_id not in known
    ]
