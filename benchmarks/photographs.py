"""Rates of the local engine on photographs: ``python -m benchmarks.photographs FOLDER [--json]``.

The project ships no photographs of real people; you prepare the folder. Each part is optional:

``street/photos/NAME.jpg`` with ``street/masks/NAME.png``
    One standing person each, with a hand-made mask: one channel, 8 bits, the label numbers of
    the public set Clothing Co-Parsing (github.com/bearpaw/clothing-co-parsing). That set stores
    its masks as ``annotations/pixel-level/NAME.mat``; write each one's array to a PNG.
``studio/boxes.json`` beside ``studio/NAME.jpg``
    Catalogue photos: an object of file name to ``{"upper": [x1, y1, x2, y2], "lower": [...]}``
    or ``{"dress": [...]}``, in pixels, ends exclusive. Such photos often cut the head off: a
    person refused for a try-on counts as refused, and is parsed all the same.
``garments/top``, ``garments/bottom``, ``garments/one_piece``
    Flat-lay pictures sorted by the kind of the garment.

``--half odd`` or ``--half even`` takes every second file by name, so that a threshold tuned on
one half can be measured on the other. ``--every 4`` takes each fourth of those.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.photograph_labels import LEAST_SHARE, Truth, read_truth
from outfitanyone_local.engine import PersonRefused, parse_figure
from outfitanyone_local.engine.garments.garment import parse_garment
from outfitanyone_local.engine.parsing.areas import extract_areas
from outfitanyone_local.engine.parsing.person_detection import detect_person
from outfitanyone_local.engine.parsing.pipeline import parse_detected
from outfitanyone_local.engine.refusals import GarmentRefused

PICTURES = {".jpg", ".jpeg", ".png", ".webp"}
FAR_OFF = 0.08
"""Error of a box's side, as a share of the box's width or height, that a hotspot shows."""
MOSTLY_SKIN = 0.3
"""Share of bare skin in a lower garment above which its product link lies on skin."""
Box = Sequence[float]


def chosen(files: list[Path], *, half: str, every: int) -> list[Path]:
    """Return the files of one half, by their place in the alphabet: the first is odd."""
    start = {"all": 0, "odd": 0, "even": 1}[half]
    return files[start :: 1 if half == "all" else 2][::every]


def pictures(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix.lower() in PICTURES)


def read(path: Path) -> Any:
    return np.asarray(Image.open(path).convert("RGB"))


def overlap(one: Box, two: Box) -> float:
    """Return the IoU of two boxes."""
    width = max(0.0, min(one[2], two[2]) - max(one[0], two[0]))
    height = max(0.0, min(one[3], two[3]) - max(one[1], two[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, two)]
    return width * height / (sum(areas) - width * height)


def is_far_off(found: Box, true: Box) -> bool:
    sides = (true[2] - true[0], true[3] - true[1]) * 2
    return any(abs(a - b) > FAR_OFF * side for a, b, side in zip(found, true, sides, strict=True))


class Rates:
    """Collects what the photographs of one part show."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.values: dict[str, list[float]] = {}
        self.refusals: Counter[str] = Counter()
        self.remarks: list[str] = []

    def add(self, name: str, value: float) -> None:
        self.values.setdefault(name, []).append(float(value))

    def remark(self, name: str, text: str) -> None:
        self.remarks.append(f"{name}: {text}")

    def report(self) -> dict[str, Any]:
        """Return the mean, and the number of photographs, of each value."""
        means = {
            name: {"mean": round(statistics.fmean(values), 4), "photos": len(values)}
            for name, values in self.values.items()
        }
        return {"part": self.part, **means, "refusals": dict(self.refusals)}


def timed_figure(image: Any, rates: Rates, *, even_refused: bool = False) -> Any:
    """Return the figure, None for a person who is refused, or not even found."""
    started = time.process_time()
    try:
        figure = parse_figure(image)
    except PersonRefused as refused:
        rates.refusals[refused.reason.name] += 1
        rates.add("refused", 1)
        person = detect_person(image) if even_refused else None
        return person and parse_detected(image, person)
    rates.add("refused", 0)
    rates.add("processor seconds", time.process_time() - started)
    return figure


def compare(figure: Any, true: dict[str, Box], rates: Rates, name: str) -> None:
    """Compare the found areas with the true boxes; a garment that was not found counts as 0."""
    kinds = ("dress",) if "dress" in true else ("upper", "lower")
    right = figure.is_one_piece == ("dress" in true)
    rates.add(f"kind right ({'one-piece' if 'dress' in true else 'two pieces'})", right)
    if not right:
        rates.remark(name, "wrong kind")
    for kind, area in zip(kinds, extract_areas(figure, clothes_types=kinds), strict=True):
        if kind not in true:
            continue
        fit = overlap(area.box, true[kind]) if area is not None else 0.0
        rates.add(f"{kind} box IoU, with those not found", fit)
        if right and area is not None:
            rates.add(f"{kind} box IoU", fit)
            far = is_far_off(area.box, true[kind])
            rates.add(f"{kind} box far off", far)
            if far:
                rates.remark(name, f"{kind} {fit:.2f} {area.box} not {tuple(true[kind])}")


def compare_masks(figure: Any, truth: Truth, rates: Rates, name: str) -> None:
    """Compare pixels: bags taken for clothes, and bare skin or tights in the lower garment."""
    lower = extract_areas(figure, clothes_types=["lower"])[0]
    if lower is not None:
        x1, y1, x2, y2 = lower.box
        inside = lower.cutout[..., 3] > 0
        bare = float(truth.bare[y1:y2, x1:x2][inside].mean())
        rates.add("lower is mostly bare skin", bare > MOSTLY_SKIN)
        rates.add("tights in lower", float(truth.tights[y1:y2, x1:x2][inside].mean()) > MOSTLY_SKIN)
        if bare > MOSTLY_SKIN:
            rates.remark(name, f"lower on skin {bare:.2f}")
    if truth.bag.mean() > LEAST_SHARE:
        clothes = extract_areas(figure, clothes_types=["dress"])[0]
        cover = np.zeros(truth.bag.shape, bool)
        if clothes is not None:
            x1, y1, x2, y2 = clothes.box
            cover[y1:y2, x1:x2] = clothes.cutout[..., 3] > 0
        rates.add("bag taken for clothes (share of its pixels)", float(cover[truth.bag].mean()))


def street(folder: Path, take: dict[str, Any]) -> Rates:
    rates = Rates("street")
    for path in chosen(pictures(folder / "photos"), **take):
        mask = folder / "masks" / f"{path.stem}.png"
        if not mask.exists():
            continue
        truth = read_truth(mask)
        figure = timed_figure(read(path), rates)
        if figure is None:
            rates.remark(path.stem, "refused")
        if figure is None or figure.labels.shape != truth.bare.shape:
            continue
        compare_masks(figure, truth, rates, path.stem)
        if truth.boxes:
            compare(figure, truth.boxes, rates, path.stem)
    return rates


def studio(folder: Path, take: dict[str, Any]) -> Rates:
    rates = Rates("studio")
    boxes = json.loads((folder / "boxes.json").read_text())
    for path in chosen(sorted(folder / name for name in boxes), **take):
        figure = timed_figure(read(path), rates, even_refused=True)
        if figure is not None:
            compare(figure, boxes[path.name], rates, path.stem)
    return rates


def garments(folder: Path, take: dict[str, Any]) -> Iterator[Rates]:
    """Yield the rates of each kind: read without a hint, and in its own and the other slot."""
    for kind in ("top", "bottom", "one_piece"):
        rates = Rates(f"garments: {kind}")
        for path in chosen(pictures(folder / kind), **take):
            image = read(path)
            guess, why = kind_of(image)
            rates.add("kind right", guess == kind)
            if guess != kind:
                rates.remark(path.stem, f"read as {guess} {why}")
            if guess is None:
                rates.refusals[why] += 1
            hinted, why = kind_of(image, hint=kind)
            rates.add("accepted with the right hint", hinted == kind)
            other = "bottom" if kind != "bottom" else "top"
            rates.add(f"refused as {other}", kind_of(image, hint=other)[0] is None)
        yield rates


def kind_of(image: Any, hint: str | None = None) -> tuple[str | None, str]:
    """Return how a garment is read, None if it is refused, with the reason."""
    try:
        garment = parse_garment(image, hint=hint)
    except GarmentRefused as refused:
        return None, refused.reason.name
    if garment.kind.is_one_piece:
        return "one_piece", ""
    return ("bottom" if garment.kind.is_bottom else "top"), ""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", help="print one object for each part")
    parser.add_argument("--half", choices=("all", "odd", "even"), default="all")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only", choices=("street", "studio", "garments"))
    parser.add_argument("--remarks", action="store_true", help="name the photographs with faults")
    arguments = parser.parse_args()
    take = {"half": arguments.half, "every": arguments.every}
    parts = [
        name for name in ("street", "studio", "garments") if (arguments.folder / name).is_dir()
    ]
    for name in parts:
        if arguments.only not in (None, name):
            continue
        found = {"street": street, "studio": studio, "garments": garments}[name](
            arguments.folder / name, take
        )
        for rates in [found] if isinstance(found, Rates) else found:
            show(rates, arguments)
    return 0


def show(rates: Rates, arguments: argparse.Namespace) -> None:
    report = rates.report()
    if arguments.json:
        print(json.dumps(report))
    else:
        print(report.pop("part"))
        for name, value in report.items():
            print(f"  {name}: {value}")
    if arguments.remarks:
        print("\n".join(rates.remarks), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
