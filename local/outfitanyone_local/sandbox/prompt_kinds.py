"""Which kind of garment each picture shows, as the words of an editor's prompt tell."""

from __future__ import annotations

import re

WORDS = {
    "one_piece": r"dress(?:es)?|jumpsuits?|连衣裙|裙子",
    "bottom": r"trousers|pants|jeans|shorts|skirts?|leggings|裤子?|半身裙",
    "outerwear": r"jackets?|coats?|parkas?|cardigans?|外套|大衣",
    "shoes": r"shoes|boots|sneakers|sandals|heels|鞋子?",
    "bag": r"(?:hand)?bags?|backpacks?|purses?|包",
    "hat": r"hats?|caps?|beanies?|帽子?",
    "other": r"necklaces?|earrings|bracelets?|watch|scarf|belts?|glasses|gloves|项链",
    "top": r"tops?|(?:t-|t )?shirts?|blouses?|sweaters?|hoodies?|pullovers?|上衣|衬衫|毛衣",
}
"""Kind to its names. Latin ones count as whole words only."""

_GARMENT = re.compile(
    "|".join(f"(?P<{kind}>(?<![A-Za-z])(?:{words})(?![A-Za-z]))" for kind, words in WORDS.items()),
    re.IGNORECASE,
)


def kinds_in(prompt: str, *, pictures: int) -> list[str]:
    """Return the kind of each picture after the first, ``""`` where the prompt does not tell.

    The garment named closest to "image 2" or "图2", within its sentence, is that of picture 2.
    """
    sentences = re.split(r"[.;。；\n]", prompt)
    return [_kind_of(number, sentences) for number in range(2, pictures + 1)]


def _kind_of(number: int, sentences: list[str]) -> str:
    mention = re.compile(rf"(?:image|picture|图)\s*{number}(?!\d)", re.IGNORECASE)
    distances = [
        (_distance(place, found), str(found.lastgroup))
        for sentence in sentences
        for place in mention.finditer(sentence)
        for found in _GARMENT.finditer(sentence)
    ]
    return min(distances, default=(0, ""))[1]


def _distance(first: re.Match[str], second: re.Match[str]) -> int:
    """Return the characters between two places of a text."""
    return max(first.start() - second.end(), second.start() - first.end(), 0)
