"""Tasks that dress a person, for all emulators but that of OutfitAnyone."""

from __future__ import annotations

from .emulator import Emulator, RequestContext
from .errors import Problem
from .outfits import Outfit
from .pictures import PictureLimits
from .tasks import Task

LIMITS = PictureLimits(
    min_bytes=1, max_bytes=20_000_000, min_side=16, max_side=8192, accepts_webp=True
)
"""For vendors that document no limits: what the local engine can work on."""
MAX_BODY_BYTES = 64 * 1024 * 1024
"""Of requests that may contain pictures."""
INITIAL_CREDITS = 10_000
"""Credits of a new account, which never has to pay for them."""

UNREADABLE, NO_PERSON, NO_GARMENT, INTERNAL = "unreadable", "no_person", "no_garment", "internal"
_REASONS = {
    "InvalidURL": UNREADABLE,
    "InvalidInputLength": UNREADABLE,
    "InvalidParameter": UNREADABLE,  # the download of a picture took too long
    "InvalidPerson": NO_PERSON,
    "InvalidGarment": NO_GARMENT,
}


def submit(context: RequestContext, outfit: Outfit, *, model: str, emulator: Emulator) -> Task:
    """Create a task; a fault can make it fail."""
    problem = None
    if context.fault and context.fault.kind == "task-failed":
        problem = context.fault.problem(emulator.find_problem, internal=emulator.internal)
    return context.sandbox.submit(
        account=context.account,
        model=model,
        task_request=outfit,
        problem=problem,
        request_id=context.request_id,
    )


def keep_picture(context: RequestContext, data: bytes) -> str:
    """Store a picture that came inside a request, and return its URL for an outfit."""
    return context.sandbox.storage.keep_input(data, now=context.now)


def reason_of(problem: Problem) -> str:
    """Return why a preview could not be made, from OutfitAnyone's code for it."""
    return _REASONS.get(problem.code, INTERNAL)


def text_of(problem: Problem) -> str:
    """Return the sandbox's own reason, which says most, or else the message."""
    return problem.reason or problem.message


def pictures_made(context: RequestContext) -> int:
    """Return how many pictures the account has got."""
    tasks = context.sandbox.tasks.list_account(context.account, now=context.now)
    return sum(len(task.file_keys) for task in tasks if task.status(context.now) == "SUCCEEDED")
