"""When to look at a task: seldom at first, often around the time at which tasks like it end.

Each look costs a call of an account that has few, and each moment between the end of a
task and the next look is a slot that stands empty.
"""

from __future__ import annotations

from collections.abc import Sequence

from django_outfitanyone.conf import conf
from django_outfitanyone.engines.base import TaskReport
from django_outfitanyone.models import Account

REMEMBERED = 20
LOOKS = 4
"""Into how many steps the time is parted in which a task probably ends."""
SHORTEST_STEP = 0.015
LONGEST_STEP = 60.0
FIRST_STEP, SECOND_STEP = 0.25, 1.0
"""Between the looks at a task of which nothing is known: at first, and from 4 s to 20 s of age."""
DOUBT = 0.04
"""By how much, of its length, a task may be off a single known one; less, the more are known."""


def remember(account: Account, model: str, report: TaskReport) -> bool:
    """Keep how long this task took, by the clock of the remote system.

    Whether it is the first of its kind. Only the runner writes it, and a value lost in a
    race would not matter.
    """
    if not report.submitted_at or not report.finished_at:
        return False
    seconds = (report.finished_at - report.submitted_at).total_seconds()
    if seconds < 0:
        return False
    is_first = model not in account.task_seconds
    known = [*account.task_seconds.get(model, []), round(seconds, 3)][-REMEMBERED:]
    account.task_seconds = {**account.task_seconds, model: known}
    Account.objects.filter(pk=account.pk).update(task_seconds=account.task_seconds)
    return is_first


def wait(age: float, known: Sequence[float], *, is_first: bool = True) -> float:
    """Seconds until the next look at a task of this age, all in seconds.

    ``known`` says how long the latest tasks of its kind took. Without any, looks grow
    rarer with age; only the first of several tasks is then looked at often, because
    what it took tells when to look at the others.
    """
    soonest = age + SHORTEST_STEP / 2
    if not known:
        if not is_first:
            return min(max(age, conf.POLL_INTERVAL), LONGEST_STEP)
        often = max(min(FIRST_STEP * max(1, int(age)), SECOND_STEP, conf.POLL_INTERVAL), age / 20)
        return _next_age(soonest, min(often, LONGEST_STEP)) - age
    low, high = _usual_range(known)
    doubt = DOUBT / len(known) ** 2
    first, last = low * (1 - doubt), high * (1 + doubt)
    step = max((last - first) / LOOKS, SHORTEST_STEP)
    if age < last:
        return _next_age(max(soonest, first), step, anchor=high) - age
    overdue = age - last
    return min(max(step, overdue / 2), max(conf.POLL_INTERVAL, age / 20), LONGEST_STEP)


def _next_age(soonest: float, step: float, *, anchor: float = 0.0) -> float:
    """The next age that is so many steps from the anchor.

    Looks lie at fixed ages, so that late ones do not delay all that follow.
    """
    return anchor + ((soonest - anchor) // step + 1) * step


def _usual_range(known: Sequence[float]) -> tuple[float, float]:
    """From when to when tasks usually end, without strays."""
    ordered = sorted(known)
    count = len(ordered)
    return ordered[count // REMEMBERED], ordered[-1 - count // 10]
