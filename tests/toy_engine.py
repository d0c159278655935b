"""Engines for tests of settings and money: they only describe themselves."""

from __future__ import annotations

from decimal import Decimal

from django_outfitanyone.engines.base import Defaults, Engine, ErrorExplanation, Link, Option
from django_outfitanyone.engines.capabilities import (
    Answers,
    Capabilities,
    Face,
    Inputs,
    Keeps,
    Rate,
    Unclear,
)


class ToyEngine(Engine):
    """It charges a dollar for the first garment and half a dollar for each more."""

    TITLE = "Toy"
    DEFAULTS = Defaults(
        base_url="https://toy.example/v1",
        api_key_env="TOY_KEY",
        remote_models=("toy-1", "toy-2"),
        currency="USD",
        concurrent_tasks=2,
        submits=Rate(50, 60),
        queries=Rate(50, 10),
    )
    OPTIONS = {
        "COLOUR": Option(
            default="red", expects='"red" or "blue"', accepts=lambda value: value in {"red", "blue"}
        )
    }
    LINKS = (Link(name="prices", title="Prices", url="https://toy.example/prices"),)

    @classmethod
    def capabilities(cls, remote_model, options=None):
        return Capabilities(
            title=f"Toy, {remote_model}",
            kinds=frozenset({"top", "bottom"}),
            max_garments=1 if remote_model == "toy-2" else 4,
            keeps_rest=Keeps.NATIVE,
            keeps_face=Face.ALWAYS,
            answers=Answers.LATER,
            unclear=Unclear.NEVER,
            inputs=Inputs(takes_data=True),
            expected_seconds=5,
        )

    @classmethod
    def price(cls, remote_model, size, currency, options=None):
        if currency != "USD" or remote_model not in cls.DEFAULTS.remote_models:
            return None
        return (Decimal("0.50") + Decimal("0.50") * size.garments) * size.count

    @classmethod
    def classify(cls, code, message=""):
        if code == "PaintIsWet":
            return ErrorExplanation(
                fixed_by="nobody", help=f"Wait until it is dry: {message}", is_temporary=True
            )
        return ErrorExplanation(fixed_by="shop", help="Paint it again.", is_temporary=False)


class SlowToy(ToyEngine):
    """It answers a submit only when the picture is done."""

    @classmethod
    def capabilities(cls, remote_model, options=None):
        described = super().capabilities(remote_model)
        return Capabilities(**{**vars(described), "answers": Answers.NOW, "longest_submit": 120})


class PreviewToy(ToyEngine):
    """It needs no key, makes previews and parses clothes, all free."""

    TITLE = "Toy preview"
    DEFAULTS = Defaults(remote_models=("toy-preview",))
    PARSING_MODEL = "toy-parser"

    @classmethod
    def capabilities(cls, remote_model, options=None):
        return Capabilities(**{**vars(super().capabilities(remote_model)), "is_preview": True})

    @classmethod
    def price(cls, remote_model, size, currency, options=None):
        return Decimal(0)

    def parse(self, picture, clothes_types, *, model):
        raise AssertionError("No test parses with it.")
