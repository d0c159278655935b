"""How long a person waits who pauses, resumes or cancels a batch of many try-ons.

``python -m benchmarks.batch_changes --rows 100000`` with ``DATABASE_URL``, in a scratch database.
"""

from __future__ import annotations

import argparse
import json
import time
import uuid
from collections.abc import Callable

from benchmarks.environment import Environment


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    with Environment():
        print(json.dumps(_measured(rows), indent=1))


def _measured(rows: int) -> dict[str, object]:
    """Return the seconds of each change, and what the worker needs for the rest of it."""
    from django_outfitanyone import actions
    from django_outfitanyone.models import Batch

    batch = Batch.objects.create(pk=_stored(rows), size=rows, name="Large")
    found: dict[str, object] = {"rows": rows}
    changes: dict[str, Callable[[], object]] = {
        "pause": lambda: actions.pause_batch(batch),
        "resume": lambda: actions.resume_batch(batch),
        "cancel": lambda: _cancel(batch),
    }
    for name, change in changes.items():
        found[name] = _timed(change)
        found[f"{name}, rest by the worker"] = _timed(_rest)
    return found


def _stored(rows: int) -> uuid.UUID:
    """Insert queued try-ons of one batch, without garments, and return its key."""
    from django_outfitanyone.models import Account, TryOnResult

    key, account = uuid.uuid4(), Account.of()
    TryOnResult.objects.bulk_create(
        (
            TryOnResult(
                batch=key, number=number, account=account, remote_model="m", fingerprint=str(number)
            )
            for number in range(rows)
        ),
        batch_size=1_000,
    )
    return key


def _cancel(batch: object) -> object:
    from django_outfitanyone import actions
    from django_outfitanyone.models import TryOnResult

    if hasattr(actions, "cancel_batch"):
        return actions.cancel_batch(batch)
    return actions.cancel_unsent(TryOnResult.objects.of_batch(batch.pk))  # type: ignore[attr-defined]


def _rest() -> None:
    try:
        from django_outfitanyone.jobs.batch_changes import apply_changes
    except ImportError:  # earlier versions changed each row at once
        return
    apply_changes(seconds=600)


def _timed(function: Callable[[], object]) -> dict[str, float]:
    start, cpu = time.monotonic(), time.process_time()
    function()
    return {
        "seconds": round(time.monotonic() - start, 2),
        "CPU": round(time.process_time() - cpu, 2),
    }


if __name__ == "__main__":
    main()
