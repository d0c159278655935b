"""The options of the sandbox and their defaults.

The constructor, the command line (``--field-faults``) and the control endpoint
``/sandbox/options`` use the same names.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

CHOICES = {
    "field_faults": ("task", "submit"),
    "image_faults": ("task", "submit"),
    "parse_refusals": ("error", "nulls"),
    "picture_rules": ("documented", "lenient"),
}
AT_LEAST_ONE = (
    "workers",
    "running_tasks",
    "submits_per_second",
    "queries_per_second",
    "policies_per_second",
)
KEYS = "api_keys"
FIXED = {KEYS, "allowed_hosts", "workers", "seed"}
"""Set at the start; nothing can change them later."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """Options of the sandbox. Limits count per account; ``docs/sandbox.md`` has the reasons."""

    api_keys: tuple[str, ...] = field(default=(), repr=False)
    """The accepted keys; if there are none, any key that is not empty."""
    allowed_hosts: tuple[str, ...] = ()
    """Host names in ``Host`` and ``Origin`` that are accepted besides those of this machine."""
    shared_account: bool = False
    """Whether all keys belong to one account, as those of a main account and its RAM users do."""
    speed: float = 1.0
    """Tasks run this many times faster than the vendor's."""
    seed: int = 0
    """Seed of the random part of the run times."""
    workers: int = 2
    """Pictures the engine processes at once."""
    submits_per_second: int = 10
    running_tasks: int = 5
    queries_per_second: int = 20
    policies_per_second: int = 100
    limits_shared_by_models: bool = False
    """Whether the models of an account share one limit."""
    field_faults: str = "task"
    """Where a missing or malformed field shows: in a FAILED "task" or the "submit" response."""
    image_faults: str = "task"
    """Where an unusable picture shows: in a FAILED "task" or the "submit" response."""
    parse_refusals: str = "error"
    """Response to a parse without exactly one person: an InvalidPerson "error", or "nulls"."""
    picture_rules: str = "documented"
    """Whether pictures that break the "documented" rules are refused; "lenient" only warns."""
    accept_webp: bool = False
    accept_small_crops: bool = False
    """Whether the sandbox's own crops may be smaller than 150 pixels and 5 KB."""
    free_parsing_images: int | None = None
    """Pictures that an account may parse before its free quota is used up; ``None``: no end."""

    def __post_init__(self) -> None:
        if not 0 < self.speed <= 1_000_000:
            raise ValueError("speed must be a number above 0.")
        for name in AT_LEAST_ONE:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1.")
        if self.free_parsing_images is not None and self.free_parsing_images < 0:
            raise ValueError("free_parsing_images must be 0 or more.")
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of: {', '.join(choices)}.")

    def changed(self, changes: dict[str, Any]) -> Options:
        """Return a copy with these values; raises ``ValueError`` for an invalid one."""
        defaults = {option.name: option.default for option in fields(self)}
        for name, value in changes.items():
            if name in FIXED or name not in defaults:
                raise ValueError(f"There is no option {name!r} to change.")
            if not _fits(value, defaults[name]):
                raise ValueError(f"{name} cannot be {value!r}.")
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """Return all options except the keys."""
        return {name: value for name, value in asdict(self).items() if name != KEYS}


def _fits(value: Any, default: Any) -> bool:
    if default is None:
        return value is None or type(value) is int
    if isinstance(default, float):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return type(value) is type(default)
