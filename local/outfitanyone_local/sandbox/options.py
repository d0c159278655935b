"""What can be chosen about the sandbox, with its defaults.

The same names serve the constructor, the command line (``--field-faults``) and the
control endpoint ``/sandbox/options``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

CHOICES = {
    "field_faults": ("task", "submit"),
    "image_faults": ("task", "submit"),
    "parse_refusals": ("error", "nulls"),
}
AT_LEAST_ONE = (
    "workers",
    "running_tasks",
    "submits_per_second",
    "queries_per_second",
    "policies_per_second",
)
KEYS = "api_keys"
FIXED = {KEYS, "workers", "seed"}
"""Decided at start; the control endpoint does not change them."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """Limits are those of one account; see ``docs/sandbox.md`` for the reasons."""

    api_keys: tuple[str, ...] = field(default=(), repr=False)
    """The keys that are accepted; without any, every key that is not empty is."""
    speed: float = 1.0
    """Tasks run this many times faster than the remote system's."""
    seed: int = 0
    """Fixes how much each task's run time strays from the usual."""
    workers: int = 2
    """Pictures the engine works on at once."""
    submits_per_second: int = 10
    running_tasks: int = 5
    queries_per_second: int = 20
    policies_per_second: int = 100
    limits_shared_by_models: bool = False
    """Whether all models of an account share one limit instead of one each."""
    field_faults: str = "task"
    """Where a missing or malformed field shows: in a FAILED task or in the submit answer."""
    image_faults: str = "task"
    """Where an unusable picture shows: in a FAILED task or in the submit answer."""
    parse_refusals: str = "error"
    """A picture to parse without exactly one person: InvalidPerson, or nothing found."""
    accept_webp: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.speed <= 1_000_000:
            raise ValueError("speed must be a number above 0.")
        for name in AT_LEAST_ONE:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1.")
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of: {', '.join(choices)}.")

    def changed(self, changes: dict[str, Any]) -> Options:
        """A copy with these values; ``ValueError`` names what does not fit."""
        defaults = {option.name: option.default for option in fields(self)}
        for name, value in changes.items():
            if name in FIXED or name not in defaults:
                raise ValueError(f"There is no option {name!r} to change.")
            if not _fits(value, defaults[name]):
                raise ValueError(f"{name} cannot be {value!r}.")
        return replace(self, **changes)

    def shown(self) -> dict[str, Any]:
        """Every option but the keys."""
        return {name: value for name, value in asdict(self).items() if name != KEYS}


def _fits(value: Any, default: Any) -> bool:
    if isinstance(default, float):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return type(value) is type(default)
