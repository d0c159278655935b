"""What a check reports: a code and how bad it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from outfitanyone_local.engine.refusals import GarmentRefusal, PersonRefusal


class Severity(Enum):
    """What a finding means for a try-on."""

    REFUSES = "refuses"
    """The vendor's documents call such a picture invalid."""
    MAY_SPOIL = "may spoil"
    """The picture can be used, but the result may be poor."""


@dataclass(frozen=True)
class Finding:
    """One reason why a picture is unusable or not ideal; ``code`` is one of the lists below."""

    code: str
    severity: Severity


REFUSAL_CODES: dict[PersonRefusal | GarmentRefusal, str] = {
    PersonRefusal.NO_PERSON: "no_person",
    PersonRefusal.SEVERAL_PEOPLE: "several_people",
    PersonRefusal.INCOMPLETE: "incomplete",
    PersonRefusal.SEATED: "seated",
    PersonRefusal.SIDE_VIEW: "side_view",
    PersonRefusal.TOO_SMALL: "person_small",
    PersonRefusal.DARK: "dark",
    PersonRefusal.BLURRED: "blurred",
    PersonRefusal.ARMS_CROSSED: "arms_crossed",
    PersonRefusal.HANDS_HIDDEN: "hands_hidden",
    PersonRefusal.BODY_HIDDEN: "body_hidden",
    GarmentRefusal.NO_GARMENT: "no_garment",
    GarmentRefusal.SEVERAL_PIECES: "several_garments",
    GarmentRefusal.CUT_OFF: "garment_cut_off",
    GarmentRefusal.FAINT: "faint",
    GarmentRefusal.SHOWS_PERSON: "worn",
    GarmentRefusal.WRONG_KIND: "wrong_kind",
    GarmentRefusal.TOO_SMALL: "garment_small",
}
"""The code of each refusal of the engine."""

PERSON_CODES = tuple(REFUSAL_CODES[refusal] for refusal in PersonRefusal)
GARMENT_CODES = (
    *(REFUSAL_CODES[refusal] for refusal in GarmentRefusal),
    "busy_background",
    "hard_shadow",
    "folded",
    "garment_blurred",
    "garment_dark",
)


def refuses(code: str) -> Finding:
    """Return a finding that makes the picture unusable."""
    return Finding(code, Severity.REFUSES)


def may_spoil(code: str) -> Finding:
    """Return a finding that only warns."""
    return Finding(code, Severity.MAY_SPOIL)


def graded(code: str, value: float, *, mild: float, clear: float) -> list[Finding]:
    """Return no finding below ``mild``, a warning from there on, a refusal from ``clear`` on."""
    if value >= clear:
        return [refuses(code)]
    return [may_spoil(code)] if value >= mild else []


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return each code once, with its worst severity; those that refuse come first."""
    codes: dict[str, Finding] = {}
    for finding in sorted(findings, key=lambda finding: finding.severity is not Severity.REFUSES):
        codes.setdefault(finding.code, finding)
    return list(codes.values())
