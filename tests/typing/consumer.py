"""A shop's own code that uses the public Python API; mypy checks it, nothing runs it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.dispatch import receiver

from django_outfitanyone import (
    BudgetSpent,
    OutfitAnyoneError,
    RequestRefused,
    TryOnOptions,
    TryOnRequest,
    another,
    approve,
    cancel,
    cancel_unsent,
    choose,
    combine,
    correct_hotspot,
    parse_clothes,
    publish,
    refine,
    refine_all,
    reject,
    request_try_on,
    request_try_ons,
    reset_hotspot,
    resume,
    retry,
    unpublish,
)
from django_outfitanyone.models import (
    Account,
    ClothesParse,
    Garment,
    Hotspot,
    ModelImage,
    TryOnResult,
)
from django_outfitanyone.signals import budget_spent


def make_lookbook(
    garments: Sequence[Garment], people: Sequence[ModelImage], user: User
) -> list[TryOnResult]:
    requests: list[TryOnRequest] = combine(garments, people, as_outfits=True)
    options = TryOnOptions(keep_other_half=False, resolution=1280)
    return request_try_ons(requests, options=options, requested_by=user, batch=uuid.uuid4())


def try_on(person: ModelImage, garment: Garment) -> TryOnResult | None:
    try:
        return request_try_on(TryOnRequest(person, [garment]))
    except RequestRefused as error:
        code: str = error.code
        print(code)
        return None


def review(results: Sequence[TryOnResult], user: User) -> list[TryOnResult]:
    for result in results:
        approve(result, reviewed_by=user)
        publish(result)
        unpublish(result)
        reject(result)
    choose(another(results[0], requested_by=user), chosen_by=user)
    refined: TryOnResult = refine(results[0], gender="woman", requested_by=user)
    return [refined, *refine_all(results, gender="man")]


def tidy_up(job: TryOnResult | ClothesParse) -> None:
    try:
        cancel(job)
    except OutfitAnyoneError:
        retry(job)
    canceled: list[TryOnResult] = cancel_unsent(TryOnResult.objects.all())
    resumed: bool = resume(Account.of())
    print(canceled, resumed)


def move(hotspot: Hotspot, user: User) -> ClothesParse | None:
    correct_hotspot(hotspot, corrected_by=user)
    reset_hotspot(hotspot)
    picture = hotspot.model_image
    return parse_clothes(picture, ["dress"], again=True) if picture else None


@receiver(budget_spent)
def tell_the_owner(sender: Any, error: BudgetSpent, **_: Any) -> None:
    print(error.until.isoformat())
