"""The toy engines with notes in files, so that they outlive the workers that are killed."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from django_outfitanyone.exceptions import OutcomeUnknown, RequestNotSent
from tests import toy_engines

FAULTS = 0.15
"""Share of the submits whose request gets lost, and of those whose answer does."""


class KeptNotes:
    """What all workers together have asked for: one file for each key that was accepted."""

    def __init__(self):
        self.folder = Path(os.environ["TEST_TOY_FOLDER"])

    def accept(self, key, order):
        """Note a paid request; an engine that knows its keys accepts each of them once."""
        wanted = " ".join([order.person.sha256, *(one.picture.sha256 for one in order.garments)])
        with (self.folder / key).open("a") as file:
            file.write(f"{time.time()} {wanted}\n")

    def knows(self, key):
        return (self.folder / key).exists()

    def accepted(self):
        """Return the pictures of each key that was accepted."""
        lines = {path.name: path.read_text().splitlines() for path in self.folder.iterdir()}
        return {key: found[0].partition(" ")[2] for key, found in lines.items()}


class _Kept:
    """Loses some requests before they arrive, and some answers after that."""

    def submit(self, order, *, key):
        time.sleep(random.uniform(0, 0.2))
        is_over = order.window is not None and order.window.is_over
        if random.random() < FAULTS or is_over:
            raise RequestNotSent
        KeptNotes().accept(key, order)
        if random.random() < FAULTS:
            raise OutcomeUnknown
        return self._answer(key)

    def find(self, key):
        return self._answer(key) if KeptNotes().knows(key) else None


class Forgetful(_Kept, toy_engines.ForgetfulEngine):
    """Has no list: a person decides about each request without an answer."""


class Instant(_Kept, toy_engines.InstantEngine):
    """Answers at once, and pays a key once."""


class Base64(_Kept, toy_engines.Base64Engine):
    """Keeps its results for ten minutes, and finds a task by its key."""
