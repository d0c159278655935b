"""The configured engines as a table, for the command and for people who choose one."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from django_outfitanyone.conf import ConfigurationError, EngineSettings, conf


@dataclass(frozen=True, kw_only=True)
class ModelRow:
    """One remote model; ``price`` is that of one picture of one garment, ``""`` if unknown."""

    name: str
    title: str
    price: str
    price_text: str
    wears: list[str]
    max_garments: int
    keeps_rest: str
    keeps_face: str
    answers: str
    seconds: float
    ends_on: str
    is_preview: bool


@dataclass(frozen=True, kw_only=True)
class EngineRow:
    """One engine. ``key`` is ``set``, ``missing`` or ``not needed``, never the key itself.

    Of an engine that cannot be used, only ``alias`` and ``problem`` are filled.
    """

    alias: str
    problem: str = ""
    title: str = ""
    roles: dict[str, bool] = field(default_factory=dict)
    key: str = ""
    base_url: str = ""
    currency: str = ""
    concurrent_tasks: int = 0
    submits: str = ""
    queries: str = ""
    models: list[ModelRow] = field(default_factory=list)
    parsing_model: str = ""
    parsing_price: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the row as ``outfitanyone_engines --json`` prints it."""
        return asdict(self)


def row_of(engine: EngineSettings) -> EngineRow:
    """Return the row of an engine; no call is made."""
    try:
        return _row_of(engine)
    except ConfigurationError as error:
        return EngineRow(alias=engine.alias, problem=str(error))


def _row_of(engine: EngineSettings) -> EngineRow:
    return EngineRow(
        alias=engine.alias,
        title=engine.title,
        roles={
            "default": engine.alias == conf.default_alias,
            "parser": engine.alias == conf.PARSER,
            "sandbox": engine.is_sandbox,
        },
        key=_key_state(engine),
        base_url=engine.base_url,
        currency=engine.currency,
        concurrent_tasks=engine.concurrent_tasks,
        submits=str(engine.submits),
        queries=str(engine.queries),
        models=[_model_row(engine, model) for model in engine.remote_models],
        parsing_model=engine.parsing_model,
        parsing_price=_price_text(engine, engine.parsing_model),
    )


def _model_row(engine: EngineSettings, model: str) -> ModelRow:
    found = engine.capabilities(model)
    price = engine.price(model)
    return ModelRow(
        name=model,
        title=found.title,
        price="" if price is None else _plain(price),
        price_text=_price_text(engine, model),
        wears=sorted(found.kinds),
        max_garments=found.max_garments,
        keeps_rest=found.keeps_rest.value,
        keeps_face=found.keeps_face.value,
        answers=found.answers.value,
        seconds=found.expected_seconds,
        ends_on=found.ends_on.isoformat() if found.ends_on else "",
        is_preview=found.is_preview,
    )


def _key_state(engine: EngineSettings) -> str:
    try:
        return "set" if engine.api_key() else "not needed"
    except ConfigurationError:
        return "missing"


def _price_text(engine: EngineSettings, model: str) -> str:
    price = engine.price(model)
    if price is None:
        return "price unknown"
    return f"{engine.currency} {_plain(price)}" if price else "free"


def _plain(price: Decimal) -> str:
    return f"{price.normalize():f}"
