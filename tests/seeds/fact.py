"""What one row of the table holds: a fact, its place in a document, and its proofs."""

from __future__ import annotations

from dataclasses import dataclass, replace

PARSING = "parsing"
TRY_ON = "try-on"
DOCUMENTS = {
    PARSING: "OutfitAnyone-Parsing API reference",
    TRY_ON: "OutfitAnyone-Plus API reference",
}
"""The title of each document, by the short name that rows use."""

SIDES = ("client", "sandbox", "app")
"""Who keeps a fact: the engine's client, the sandbox, and the app with its pages."""


@dataclass(frozen=True)
class Proof:
    """The tests that prove a fact on one side, or the reason why none is needed."""

    tests: tuple[str, ...] = ()
    reason: str = ""

    def __add__(self, other: Proof) -> Proof:
        return Proof(self.tests + other.tests)


PENDING = Proof()
"""Stands where a test is still missing; the suite fails for each row that has it."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One testable fact; ``document`` and ``section`` say where it is written."""

    number: int
    text: str
    client: Proof
    sandbox: Proof
    app: Proof
    document: str = ""
    section: str = ""


def proof(file: str, *names: str) -> Proof:
    """Name tests of one file, each as ``test_thing__case`` or ``TestThing::test_case``."""
    return Proof(tuple(f"{file}::{name}" for name in names))


def nothing(reason: str) -> Proof:
    """Say why a side has nothing to do with a fact, as a whole sentence."""
    return Proof(reason=reason)


def section(document: str, heading: str, *facts: Fact) -> tuple[Fact, ...]:
    """Return facts that stand under one heading of a document."""
    return tuple(replace(fact, document=document, section=heading) for fact in facts)
