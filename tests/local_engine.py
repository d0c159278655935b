"""A local engine for tests about what the app does with its findings."""

from __future__ import annotations

from PIL import Image

from django_outfitanyone.engines import local
from django_outfitanyone.engines.local import LocalFinding, LocalGuess
from django_outfitanyone.exceptions import LocalEngineUnavailable

REFUSES, MAY_SPOIL = "refuses", "may_spoil"
TWO_PEOPLE = LocalFinding("several_people", REFUSES)
SMALL = LocalFinding("garment_small", MAY_SPOIL)
DARK = LocalFinding("dark", MAY_SPOIL)
WORN = LocalFinding("worn", MAY_SPOIL)
SEVERAL = LocalFinding("several_garments", REFUSES)
LARGE = (640, 960)
"""A size about which the app itself finds nothing."""


class FakeLocalEngine:
    """``person`` and ``garment`` are what it finds; ``box`` and ``cut_out`` what it makes."""

    def __init__(self):
        self.person, self.garment = [], []
        self.box, self.cut_out = None, None
        self.guess = LocalGuess("top", is_sure=True)
        self.is_missing = False
        self.calls = []

    def install(self, monkeypatch):
        monkeypatch.setattr(local, "is_installed", lambda: not self.is_missing)
        for name in (
            *("check_person", "check_garment", "guess_kind", "garment_box"),
            "cut_out_worn_garment",
        ):
            monkeypatch.setattr(local, name, getattr(self, f"_{name}"))

    def _check_person(self, image):
        self._note("person", image)
        return self.person

    def _check_garment(self, image, *, kind):
        self._note(kind, image)
        return self.garment

    def _guess_kind(self, image):
        self._note("guess", image)
        return self.guess

    def _garment_box(self, image):
        self._note("box", image)
        return self.box

    def _cut_out_worn_garment(self, image, *, kind):
        self._note(f"cut out {kind}", image)
        return self.cut_out and Image.new("RGB", self.cut_out, "red")

    def _note(self, call, image):
        if self.is_missing:
            raise LocalEngineUnavailable
        self.calls.append((call, image.size))
