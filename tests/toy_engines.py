"""Three small engines for tests: what they can do differs from the vendor's in every way.

They need no server. Each paid request is noted by its key, so that a test can count them. What
they were asked for, and what they shall answer, is in ``Notes``, which outlives an instance.
"""

from __future__ import annotations

import base64
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

from django.utils import timezone

from django_outfitanyone.engines.base import (
    Defaults,
    Engine,
    ErrorExplanation,
    ParsedArea,
    ParseReport,
    RemoteState,
    Result,
    TaskReport,
)
from django_outfitanyone.engines.capabilities import (
    Answers,
    Capabilities,
    Face,
    Inputs,
    Keeps,
    Unclear,
)
from tests.drawing import picture

RESULT_SIZE = (320, 480)


@dataclass
class Notes:
    """What an engine was asked for, and errors that its next answers shall be."""

    keys: Counter = field(default_factory=Counter)
    orders: list = field(default_factory=list)
    fetched: list = field(default_factory=list)
    queries: int = 0
    before: list = field(default_factory=list)
    """Errors raised by the next submits before anything is accepted."""
    after: list = field(default_factory=list)
    """Errors raised by the next submits once they are accepted."""
    reports: list = field(default_factory=list)
    """Answers of the next submits, instead of a picture."""
    data: bytes | None = None
    """The picture of every result, instead of a new one for each."""

    @property
    def paid(self):
        """How many different requests were accepted."""
        return len(self.keys)


class ToyEngine(Engine):
    """Wears one garment a call, unless a subclass says otherwise."""

    TITLE = "Toy"
    PARSING_MODEL = "toy-parser"
    DEFAULTS = Defaults(remote_models=("aitryon-plus",), currency="CNY")
    CAPABILITIES: ClassVar[dict] = {}
    notes = Notes()

    @classmethod
    def price(cls, remote_model, size, currency, options=None):
        return Decimal("0.004" if remote_model == cls.PARSING_MODEL else "0.5") * size.count

    @classmethod
    def capabilities(cls, remote_model, options=None):
        return Capabilities(
            **{
                "title": cls.TITLE,
                "kinds": frozenset({"top", "bottom", "one_piece"}),
                "max_garments": 2,
                "keeps_rest": Keeps.NATIVE,
                "keeps_face": Face.ALWAYS,
                "answers": Answers.NOW,
                "unclear": Unclear.NEVER,
                "inputs": Inputs(takes_url=False, takes_data=True),
                "longest_submit": 20.0,
                **cls.CAPABILITIES,
            }
        )

    @classmethod
    def classify(cls, code, message=""):
        if code in {"Busy", "OutcomeUnknown"}:
            return ErrorExplanation(fixed_by="nobody", help="Wait.", is_temporary=True)
        return ErrorExplanation(fixed_by="shop", help="Use another picture.", is_temporary=False)

    def submit(self, order, *, key):
        self.notes.orders.append(order)
        if self.notes.before:
            raise self.notes.before.pop(0)
        self.notes.keys[key] += 1
        if self.notes.after:
            raise self.notes.after.pop(0)
        return self.notes.reports.pop(0) if self.notes.reports else self._answer(key)

    def parse(self, picture, clothes_types, *, model):
        assert picture.read()
        area = ParsedArea(clothes_type=clothes_types[0], box=(20, 30, 220, 260))
        return ParseReport(areas=(area, *[None] * (len(clothes_types) - 1)), image_count=1)

    def _answer(self, key):
        raise NotImplementedError

    def _picture(self, key):
        return self.notes.data or picture(int(key[:6], 16), size=RESULT_SIZE)


class ForgetfulEngine(ToyEngine):
    """Has tasks, but no list of them: nothing settles an unclear submit."""

    TITLE = "Forgetful"
    CAPABILITIES: ClassVar[dict] = {
        "answers": Answers.LATER,
        "keeps_rest": Keeps.PROMPT,
        "unclear": Unclear.NEVER,
    }

    def query(self, handle):
        self.notes.queries += 1
        result = Result(url=f"toy:{handle}")
        state = RemoteState.SUCCEEDED if self.notes.queries % 2 == 0 else RemoteState.RUNNING
        results = (result,) if state is RemoteState.SUCCEEDED else ()
        return TaskReport(handle=handle, state=state, results=results, image_count=len(results))

    def fetch(self, result, *, max_bytes):
        self.notes.fetched.append(result.url)
        return self._picture(result.url.rpartition("/")[2])

    def _answer(self, key):
        handle = f"https://toy.example/{'x' * 400}/{key}"
        return TaskReport(handle=handle, state=RemoteState.WAITING)


class InstantEngine(ToyEngine):
    """Answers a submit with the picture, and pays a key once."""

    TITLE = "Instant"
    CAPABILITIES: ClassVar[dict] = {"unclear": Unclear.KEY, "longest_submit": 0.05}

    def _answer(self, key):
        result = Result(data=self._picture(key))
        return TaskReport(
            handle="",
            state=RemoteState.SUCCEEDED,
            results=(result,),
            image_count=1,
            cost=Decimal("0.25"),
        )


class Base64Engine(ToyEngine):
    """Keeps a result for ten minutes, gives it as base64, and wears one garment a call."""

    TITLE = "Base64"
    CAPABILITIES: ClassVar[dict] = {
        "answers": Answers.EITHER,
        "unclear": Unclear.LABEL,
        "max_garments": 1,
        "result_life": timedelta(minutes=10),
    }

    def query(self, handle):
        self.notes.queries += 1
        data = base64.b64decode(base64.b64encode(self._picture(handle)))
        expires_at = timezone.now() + timedelta(minutes=10)
        result = Result(data=data, expires_at=expires_at)
        return TaskReport(
            handle=handle, state=RemoteState.SUCCEEDED, results=(result,), image_count=1
        )

    def find(self, key):
        if key not in self.notes.keys:
            return None
        return TaskReport(handle=key, state=RemoteState.RUNNING)

    def _answer(self, key):
        return TaskReport(handle=key, state=RemoteState.WAITING)
