"""What the name of a picture's file says about it: SKU, kind and title."""

from __future__ import annotations

import re
from pathlib import PurePosixPath, PureWindowsPath

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.storable_text import storable

NAME_LENGTH = 100
MOST_CODES = 12
"""Codes of one name that are compared with the products."""

_SEPARATORS = re.compile(r"[_\-.\s]+")
_WORDS: dict[GarmentKind, str] = {
    GarmentKind.OUTERWEAR: "jacket jackets coat coats blazer parka cardigan outerwear jacke "
    "jacken mantel veste manteau 外套 夹克 大衣 ジャケット コート",
    GarmentKind.SHOES: "shoe shoes boot boots sneaker sneakers sandals schuhe stiefel "
    "chaussures bottes 鞋 靴",
    GarmentKind.BAG: "bag bags handbag backpack tasche taschen rucksack sac sacs 包 バッグ",
    GarmentKind.HAT: "hat hats cap caps beanie hut mütze chapeau bonnet 帽子",
    GarmentKind.ONE_PIECE: "dress dresses gown jumpsuit jumpsuits romper kleid kleider overall "
    "robe robes combinaison 连衣裙 连体裤 ワンピース ドレス",
    GarmentKind.BOTTOM: "bottom bottoms trousers pants jeans chinos shorts skirt skirts leggings "
    "hose hosen rock röcke pantalon jupe jupes 裤子 裙子 パンツ スカート",
    GarmentKind.TOP: "top tops shirt shirts tshirt tshirts longsleeve sweater pullover hoodie "
    "blouse blouses hemd bluse chemise haut hauts 上衣 衬衫 トップス シャツ",
}
"""Words in the names of files and folders; a jacket is outerwear whatever it measures like."""
_KIND_OF_WORD = {word: kind for kind, words in _WORDS.items() for word in words.split()}


def plain_path(name: str) -> str:
    """Return a name from outside as a relative path with ``/``, safe to store and to show.

    It is only compared and shown, never opened.
    """
    text = storable(name)
    parts = PureWindowsPath(text).parts if "\\" in text else PurePosixPath(text).parts
    kept = [part for part in parts if part.strip("/\\.") and not part.endswith((":", ":\\"))]
    return "/".join(kept)[-255:]


def base_name(path: str) -> str:
    """Return the last part of a path."""
    return path.rpartition("/")[2]


def title_of(path: str) -> str:
    """Return the file's name as words, for example “linen dress front”."""
    return _SEPARATORS.sub(" ", _stem(base_name(path))).strip()[:NAME_LENGTH]


def codes_of(path: str) -> list[str]:
    """Return what may be the SKU in the path of a file, the most probable first.

    ``TS-1001/TS-1001_front.jpg`` gives ``TS-1001_front``, ``TS-1001``, and so on; a folder may
    be named by the SKU too.
    """
    folder, _slash, name = path.rpartition("/")
    stem = _stem(name)
    ends = [match.start() for match in _SEPARATORS.finditer(stem)]
    beginnings = [stem[:end] for end in reversed(ends)]
    inner = [part for part in re.split(r"[_\s]+", stem) if re.search(r"\d", part)]
    codes = [stem, *beginnings, *inner, base_name(folder)]
    return [code for code in dict.fromkeys(codes) if len(code) > 1][:MOST_CODES]


def kind_of(path: str) -> str:
    """Return the kind of garment that the path names, or ``""``; the file counts before folders."""
    for part in reversed(path.lower().split("/")):
        words = _SEPARATORS.split(part)
        kinds = {_KIND_OF_WORD[word] for word in words if word in _KIND_OF_WORD}
        if len(kinds) == 1:
            return kinds.pop().value
    return ""


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name
