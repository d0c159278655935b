"""Virtual try-on for Django shops. The names in ``__all__`` are the public Python API.

They load on first use, so this package can be imported before Django's apps are ready.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_outfitanyone.actions import (
        adopt_task,
        another,
        approve,
        cancel,
        cancel_batch,
        cancel_unsent,
        check_picture,
        choose,
        correct_hotspot,
        crop_to_garment,
        cut_out_garment,
        estimate_move,
        ignore_findings,
        move_to_engine,
        parse_clothes,
        pause_batch,
        plan_replacement,
        publish,
        refine,
        refine_all,
        reject,
        rename_batch,
        replace_photo,
        request_try_on,
        request_try_ons,
        reset_hotspot,
        restore_original,
        resume,
        resume_batch,
        retry,
        undo_review,
        unpublish,
    )
    from django_outfitanyone.conf import ConfigurationError
    from django_outfitanyone.exceptions import (
        AccountProblem,
        APIError,
        BudgetSpent,
        CatalogueFailed,
        DownloadFailed,
        DownloadRefused,
        ForeignAnswer,
        InputRejected,
        ModelGone,
        OutcomeUnknown,
        OutfitAnyoneError,
        PictureRefused,
        PictureUnsuitable,
        RequestNotSent,
        RequestRefused,
        ServerFault,
        TaskGone,
        Throttled,
        UnexpectedFault,
    )
    from django_outfitanyone.jobs.estimate import estimate
    from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest, combine

__all__ = [
    "APIError",
    "AccountProblem",
    "BudgetSpent",
    "CatalogueFailed",
    "ConfigurationError",
    "DownloadFailed",
    "DownloadRefused",
    "ForeignAnswer",
    "InputRejected",
    "ModelGone",
    "OutcomeUnknown",
    "OutfitAnyoneError",
    "PictureRefused",
    "PictureUnsuitable",
    "RequestNotSent",
    "RequestRefused",
    "ServerFault",
    "TaskGone",
    "Throttled",
    "TryOnOptions",
    "TryOnRequest",
    "UnexpectedFault",
    "adopt_task",
    "another",
    "approve",
    "cancel",
    "cancel_batch",
    "cancel_unsent",
    "check_picture",
    "choose",
    "combine",
    "correct_hotspot",
    "crop_to_garment",
    "cut_out_garment",
    "estimate",
    "estimate_move",
    "ignore_findings",
    "move_to_engine",
    "parse_clothes",
    "pause_batch",
    "plan_replacement",
    "publish",
    "refine",
    "refine_all",
    "reject",
    "rename_batch",
    "replace_photo",
    "request_try_on",
    "request_try_ons",
    "reset_hotspot",
    "restore_original",
    "resume",
    "resume_batch",
    "retry",
    "undo_review",
    "unpublish",
]

_MODULES = {
    "ConfigurationError": "conf",
    "TryOnOptions": "jobs.try_on",
    "TryOnRequest": "jobs.try_on",
    "combine": "jobs.try_on",
    "estimate": "jobs.estimate",
}
"""Where a name is defined; other classes are in ``exceptions``, other functions in ``actions``."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = _MODULES.get(name) or ("exceptions" if name[0].isupper() else "actions")
    return getattr(import_module(f"{__name__}.{module}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
