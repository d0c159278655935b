"""Add pictures to an intake: files, the lines of a list, and addresses that the list names."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit

from django.db.models import Q
from django.utils.translation import gettext as _

from django_outfitanyone.exceptions import OutfitAnyoneError, RequestRefused
from django_outfitanyone.intake import guesses, lists
from django_outfitanyone.intake.names import NAME_LENGTH, base_name, plain_path, title_of
from django_outfitanyone.models import Intake, IntakeLine, IntakePicture, ModelImage
from django_outfitanyone.models.database import atomic
from django_outfitanyone.models.renditions import discard
from django_outfitanyone.pictures import images
from django_outfitanyone.pictures.downloads import download

logger = logging.getLogger("django_outfitanyone")

MAX_PICTURES = 140
"""Pictures of an intake: Django accepts 1,000 fields in a form, and each has up to six."""
DOWNLOAD_SECONDS = 15
Entry = IntakePicture | IntakeLine
"""A draft, or why there is none."""


def add_list(intake: Intake, file: Any) -> int:
    """Note the lines of an uploaded CSV list and return how many there are.

    Each line waits for the file or the download that it names. Raises ``RequestRefused``.
    """
    listed = lists.read_list(file.read(lists.MAX_BYTES + 1))
    _require_room(intake, len(listed))
    IntakeLine.objects.bulk_create(
        IntakeLine(intake=intake, reference=one.reference, is_url=one.is_url, details=one.details)
        for one in listed
    )
    return len(listed)


def add_file(intake: Intake, file: Any, *, path: str, user: Any, is_checked: bool = True) -> Entry:
    """Store an uploaded file as a draft, or note why it cannot be used.

    ``path`` is its name, with its folder if that was uploaded. ``is_checked`` says whether there
    is time to check the picture and guess its kind. Raises ``RequestRefused`` if the intake is
    full.
    """
    path = plain_path(path) or _("unnamed")
    known = _lines_of(intake, path)
    if not known:
        _require_room(intake, 1)
    try:
        picture = images.prepare_upload(file)
    except OutfitAnyoneError as error:
        return _problem(known[0] if known else IntakeLine(intake=intake, reference=path), error)
    draft = _draft(intake, picture, path=path, lines=known, user=user, is_checked=is_checked)
    _store(draft, lines=known)
    return draft


def fetch(intake: Intake, *, user: Any, seconds: float) -> Iterator[Entry]:
    """Download listed pictures, one after the other, and start none after this time.

    What another request has downloaded meanwhile is left out. Raises ``RequestRefused`` if the
    intake is gone.
    """
    end = monotonic() + seconds
    while monotonic() < end and (line := intake.lines.to_fetch().first()):
        if entry := _fetch(intake, line, user):
            yield entry


def check(intake: Intake, *, seconds: float) -> int:
    """Check drafts that were not checked, and start none after this time; return how many."""
    end, count = monotonic() + seconds, 0
    for draft in intake.pictures.to_check().select_related("intake"):
        if monotonic() > end:
            break
        _check(draft)
        count += 1
    return count


def _check(draft: IntakePicture) -> None:
    """Check a draft, unless a person has chosen another kind meanwhile."""
    unchanged = IntakePicture.objects.filter(pk=draft.pk, kind=draft.kind)
    guesses.guess_kind(draft)
    guesses.examine(draft)
    unchanged.update(findings=draft.findings, kind=draft.kind, is_kind_sure=draft.is_kind_sure)


def _fetch(intake: Intake, line: IntakeLine, user: Any) -> Entry | None:
    try:
        picture = images.prepare(download(line.reference, seconds=DOWNLOAD_SECONDS))
    except OutfitAnyoneError as error:
        return _problem(line, error)
    path = plain_path(unquote(urlsplit(line.reference).path)) or line.reference[:255]
    draft = _draft(intake, picture, path=base_name(path), lines=[line], user=user)
    return draft if _store(draft, lines=[line], is_download=True) else None


def _draft(
    intake: Intake,
    picture: images.Picture,
    *,
    path: str,
    lines: list[IntakeLine],
    user: Any,
    is_checked: bool = True,
) -> IntakePicture:
    """Return an unsaved draft, whose files are stored."""
    details = lines[0].details if lines else {}
    draft = IntakePicture(intake=intake, file_name=path, **details)
    draft.image.save(path, images.PreparedFile(picture), save=False)
    if intake.shows_people:
        draft.renditions = _renditions(draft, picture)
    else:
        guesses.find_product(draft, user=user)
    if not draft.name and not draft.product_id:
        draft.name = title_of(path)[:NAME_LENGTH]
    if is_checked:
        guesses.guess_kind(draft, picture.scaled)
        guesses.examine(draft, picture.scaled)
    return draft


def _store(draft: IntakePicture, *, lines: list[IntakeLine], is_download: bool = False) -> bool:
    """Save a draft instead of its lines; its files are deleted if that is too late.

    Returns False for a download that another request was faster with. Raises ``RequestRefused``
    if the intake was added or discarded meanwhile.
    """
    known = IntakeLine.objects.filter(pk__in=[line.pk for line in lines])
    try:
        with atomic():
            _require_intake(draft.intake_id)
            is_wanted = bool(known.delete()[0]) or not is_download
            if is_wanted:
                draft.save()
    except Exception:
        discard(draft.image.storage, draft.files())
        raise
    if not is_wanted:
        discard(draft.image.storage, draft.files())
    return is_wanted


def _lines_of(intake: Intake, path: str) -> list[IntakeLine]:
    """Return the lines that mean this file, whichever case its name has."""
    name = base_name(path)
    means = Q(reference__iexact=path) | Q(reference__iexact=name)
    return list(intake.lines.filter(means | Q(reference__iendswith=f"/{name}"), is_url=False))


def _problem(line: IntakeLine, error: OutfitAnyoneError) -> IntakeLine:
    line.problem = str(error)
    if line.pk is None:
        line.save()
    else:  # it may have been discarded meanwhile
        IntakeLine.objects.filter(pk=line.pk).update(problem=line.problem)
    return line


def _renditions(draft: IntakePicture, picture: images.Picture) -> list[list[Any]] | None:
    """Store the copies that the model photo will have; without them it makes them itself."""
    photo = ModelImage(image=draft.image.name)
    with suppress(OSError):
        return photo.make_renditions(picture.data, picture.scaled)
    return None


def _require_intake(key: int) -> None:
    """Hold the intake until the transaction ends."""
    if Intake.objects.lock(key) is None:
        text = _("These pictures were added or discarded before.")
        raise RequestRefused(text, code="IntakeGone")


def _require_room(intake: Intake, wanted: int) -> None:
    if intake.pictures.count() + intake.lines.count() + wanted > MAX_PICTURES:
        raise RequestRefused(
            _("At most %(count)d pictures fit here. Add or discard these first, then go on.")
            % {"count": MAX_PICTURES},
            code="IntakeFull",
        )
