"""The tables in docs/engines.md, made of what the engines say about themselves.

``python -m tests.engine_pages`` writes them between the two comments of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.engines.base import Engine
from django_outfitanyone.engines.capabilities import (
    Answers,
    Capabilities,
    Face,
    Inputs,
    Keeps,
    OrderSize,
    Unclear,
)
from django_outfitanyone.engines.dashscope import OutfitAnyone, QwenImage
from django_outfitanyone.engines.fashn import Fashn
from django_outfitanyone.engines.flux_vto import FluxVTO
from django_outfitanyone.engines.images_edits import ImagesEdits
from django_outfitanyone.engines.local import LocalEngine
from django_outfitanyone.engines.p_image import PImage
from tests.pages import ROOT

PAGE = ROOT / "docs" / "engines.md"
BEGIN = "<!-- Written by python -m tests.engine_pages: -->"
END = "<!-- End of what tests.engine_pages writes -->"

ENGINES: Sequence[type[Engine]] = (
    LocalEngine,
    OutfitAnyone,
    QwenImage,
    PImage,
    ImagesEdits,
    FluxVTO,
    Fashn,
)
NOT_ITS_OWN = "you set it"
UNKNOWN = "not documented"
NONE = "–"

KEEPS_REST = {
    Keeps.NATIVE: "yes",
    Keeps.AS_GARMENT: "yes, or a new one",
    Keeps.PROMPT: "is told to",
}
KEEPS_FACE = {Face.ALWAYS: "yes", Face.OPTION: "yes, or a new one", Face.PROMPT: "is told to"}
ANSWERS = {
    Answers.NOW: "with the picture",
    Answers.LATER: "with a task",
    Answers.EITHER: "with either",
}
TRAINS = {True: "yes, it is said", False: "no", None: "not known"}
UNCLEAR = {
    Unclear.LIST: "the task list",
    Unclear.KEY: "the same request again",
    Unclear.LABEL: "the task's label",
    Unclear.NEVER: "a person",
}


@dataclass(frozen=True)
class Model:
    """One remote model of an engine, with the engine's default options."""

    engine: type[Engine]
    name: str

    @cached_property
    def options(self) -> Mapping[str, object]:
        return {name: option.default for name, option in self.engine.OPTIONS.items()}

    @cached_property
    def able(self) -> Capabilities:
        return self.engine.capabilities(self.name, self.options)

    @property
    def title(self) -> str:
        return f"{self.engine.TITLE} `{self.name}`"

    def price(self, garments: int) -> str:
        """Return the list price of one picture of an outfit, in as many calls as it takes."""
        calls = self.able.garments_of_calls(garments)
        prices = [self._call_price(OrderSize(garments=count)) for count in calls]
        known = [price for price in prices if price is not None]
        if len(known) < len(prices):
            return NOT_ITS_OWN
        total = sum(known, Decimal(0))
        return f"{self.engine.DEFAULTS.currency} {_plain(total)}" if total else "free"

    def _call_price(self, size: OrderSize) -> Decimal | None:
        return self.engine.price(self.name, size, self.engine.DEFAULTS.currency, self.options)


Column = Callable[[Model], str]

WHAT_THEY_MAKE: Mapping[str, Column] = {
    "engine and model": lambda model: model.title,
    "one garment": lambda model: model.price(1),
    "top and bottom": lambda model: model.price(2),
    "wears": lambda model: _kinds(model.able),
    "garments a call": lambda model: _garments(model.able),
    "keeps the other clothes": lambda model: KEEPS_REST[model.able.keeps_rest],
    "keeps the face": lambda model: KEEPS_FACE[model.able.keeps_face],
    "takes a seed": lambda model: "yes" if model.able.has_seed else "no",
    "takes about": lambda model: f"{model.able.expected_seconds:g} s",
    "ends": lambda model: _end(model.able),
}
HOW_THEY_WORK: Mapping[str, Column] = {
    "engine and model": lambda model: model.title,
    "gets pictures as": lambda model: _inputs(model.able.inputs),
    "largest input": lambda model: _limits(model.engine, model.able.inputs),
    "answers": lambda model: ANSWERS[model.able.answers],
    "an unclear request is settled by": lambda model: UNCLEAR[model.able.unclear],
    "keeps a result": lambda model: _life(model.able),
    "tasks at a time": lambda model: str(model.engine.DEFAULTS.concurrent_tasks),
    "requests": lambda model: str(model.engine.DEFAULTS.submits),
    "polls": lambda model: _polls(model.engine, model.able),
}
TERMS: Mapping[str, Column] = {
    "engine and model": lambda model: model.title,
    "key": lambda model: _key(model.engine),
    "regions": lambda model: ", ".join(model.able.regions) or NONE,
    "may train on your pictures": lambda model: TRAINS[model.able.trains_on_inputs],
    "marks its pictures": lambda model: ", ".join(sorted(model.able.marks)) or NONE,
}


def models() -> Iterator[Model]:
    """Yield the models that each engine offers if the shop names none."""
    for engine in ENGINES:
        for name in engine.DEFAULTS.remote_models:
            yield Model(engine, name)


def table(columns: Mapping[str, Column]) -> str:
    """Return a Markdown table with a row for each model."""
    rows = [list(columns), ["---"] * len(columns)]
    rows += [[column(model) for column in columns.values()] for model in models()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def block() -> str:
    """Return what belongs between the two comments, with them."""
    return "\n\n".join(
        (
            BEGIN,
            "What they make, and what one picture costs:",
            table(WHAT_THEY_MAKE),
            "How they work:",
            table(HOW_THEY_WORK),
            "Keys, regions and terms:",
            table(TERMS),
            END,
        )
    )


def page(text: str) -> str:
    """Return the page with fresh tables; raise ``ValueError`` if a comment is missing."""
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{PAGE.name} has no place for the tables.")
    return before + block() + after


def _plain(amount: Decimal) -> str:
    """Return the amount with two digits after the point, or with all that it has."""
    shortest = amount.normalize()
    return f"{shortest:.2f}" if shortest == round(shortest, 2) else f"{shortest:f}"


def _kinds(able: Capabilities) -> str:
    if able.kinds == set(GarmentKind.values):
        return "everything"
    return ", ".join(kind.replace("_", "-") for kind in GarmentKind.values if kind in able.kinds)


def _garments(able: Capabilities) -> str:
    return (
        f"{able.max_garments}, on one picture" if able.merges_garments else str(able.max_garments)
    )


def _end(able: Capabilities) -> str:
    return able.ends_on.isoformat() if able.ends_on else NONE


def _key(engine: type[Engine]) -> str:
    variable = engine.DEFAULTS.api_key_env
    return f"`{variable}`" if variable else "not needed"


def _inputs(inputs: Inputs) -> str:
    ways = {"URL": inputs.takes_url, "upload": inputs.takes_upload, "bytes": inputs.takes_data}
    return ", ".join(way for way, is_taken in ways.items() if is_taken)


def _limits(engine: type[Engine], inputs: Inputs) -> str:
    """Return the documented limits of a picture; an engine without an address has none."""
    if not engine.DEFAULTS.base_url:
        return NONE
    limits = (
        (inputs.max_bytes, 1_000_000, "MB"),
        (inputs.max_pixels, 1_000_000, "MP"),
        (inputs.max_side, 1, "px a side"),
    )
    return ", ".join(f"{most / unit:g} {name}" for most, unit, name in limits if most) or UNKNOWN


def _life(able: Capabilities) -> str:
    if able.answers is Answers.NOW:
        return "in the answer only"
    if able.result_life is None:
        return UNKNOWN
    hours = able.result_life / timedelta(hours=1)
    return f"{hours:g} h" if hours >= 1 else f"{hours * 60:g} min"


def _polls(engine: type[Engine], able: Capabilities) -> str:
    return NONE if able.answers is Answers.NOW else str(engine.DEFAULTS.queries)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
