"""All facts in the order of their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.seeds import (
    facts_parsing_outputs,
    facts_parsing_overview,
    facts_parsing_request,
    facts_parsing_response,
    facts_try_on_errors,
    facts_try_on_overview,
    facts_try_on_pictures,
    facts_try_on_query,
    facts_try_on_request,
    facts_try_on_samples,
)
from tests.seeds.fact import PENDING, SIDES, Fact, Proof

MODULES = (
    facts_parsing_overview,
    facts_parsing_outputs,
    facts_parsing_request,
    facts_parsing_response,
    facts_try_on_overview,
    facts_try_on_pictures,
    facts_try_on_request,
    facts_try_on_samples,
    facts_try_on_query,
    facts_try_on_errors,
)
HOW_MANY = 132

FACTS: tuple[Fact, ...] = tuple(fact for module in MODULES for fact in module.FACTS)


def proofs(facts: Iterable[Fact] = FACTS) -> Iterator[tuple[Fact, str, Proof]]:
    """Yield each fact with each side and what proves it there."""
    for fact in facts:
        for side in SIDES:
            yield fact, side, getattr(fact, side)


def pending(facts: Iterable[Fact] = FACTS) -> list[str]:
    """Return the rows without a proof, such as ``35 app``."""
    return [f"{fact.number} {side}" for fact, side, found in proofs(facts) if found == PENDING]
