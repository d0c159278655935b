"""Words that the project has replaced, with the words to use instead.

``tests/structure.py`` looks them up in code, comments, templates and documentation. A
pattern treats the underscore as the end of a word, so that it also finds identifiers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SCANNED = [
    "django_outfitanyone",
    "local",
    "docs",
    "example_project",
    "benchmarks",
    "tests",
    "README.md",
    "CONTRIBUTING.md",
    "RELEASE.md",
    "SECURITY.md",
    "Makefile",
    "noxfile.py",
    "pyproject.toml",
]
SUFFIXES = {".py", ".html", ".md", ".css", ".js", ".toml"}
NOT_SCANNED = re.compile(
    r"/migrations/|^tests/(?:vocabulary|test_structure)\.py$|/build/|/node_modules/|/\.|egg-info/"
)
"""Paths. Migrations keep the texts of their time; CHANGELOG.md names what was renamed."""


@dataclass(frozen=True)
class Word:
    """A pattern that must not match, in files whose path matches ``where``."""

    pattern: re.Pattern[str]
    instead: str
    where: str = ""


@dataclass(frozen=True)
class Allowed:
    """A use that is right: the part of a line that ``line`` matches, in files like ``path``."""

    path: str
    line: re.Pattern[str]
    why: str


def word(words: str, instead: str, *, where: str = "", flags: int = re.IGNORECASE) -> Word:
    return Word(re.compile(rf"(?<![A-Za-z])(?:{words})(?![A-Za-z])", flags), instead, where)


def allow(line: str, why: str, *, path: str = "") -> Allowed:
    return Allowed(path, re.compile(line, re.IGNORECASE), why)


BANNED = [
    word(r"wish(?:es|ed)?", "try-on request"),
    word(r"\w*[a-z]Wish(?:es)?", "TryOnRequest", flags=0),
    word(r"Options", "TryOnOptions", where=r"^django_outfitanyone/(?!engines)", flags=0),
    word(r"search(?:es|ed|ing)?", "parse"),
    word(r"(?:find|finds|finding|found)[ _](?:the[ _])?clothes", "parse"),
    word(r"(?:ask|asks|asked|asking)[ _]for[ _]clothes", "request a parse"),
    word(r"look(?:s|ed|ing)?[ _](?:at|into|for|again)", "poll, reconcile or parse"),
    word(r"next_looks?|looks? at tasks?", "poll"),
    word(r"crews?", "thread pool"),
    word(r"agendas?", "queue"),
    word(r"doorbells?|bells?|rung|rang|ring(?:s|ing)?", "wake the worker"),
    word(r"gates?", "rate limit"),
    word(r"after a rest|(?:takes?|has|have) a rest|rests|longest_rest", "pause"),
    word(r"mend(?:s|ed|ing)?", "retry or fix"),
    word(r"(?:tried|tries|try) again by (?:itself|themselves)", "retry"),
    word(
        r"(?:bring|brings|bringing|brought|collect\w*|fetch\w*|carr\w+)(?: \w+)? home",
        "download and store",
    ),
    word(r"twins?", "duplicate or identical request"),
    word(r"advices?", "error help"),
    word(r"verbs?", "admin action or operation"),
    word(r"providers?", "engine", flags=0),
    word(r"Providers?", "engine", flags=0),
    word(r"remote systems?", "engine"),
    word(r"over there", "at the engine"),
    word(r"nobody['’]s hands", "unleased"),
    word(r"(?:tak(?:e|es|en|ing)|took) over", "lease or claim"),
    word(r"hand(?:s|ed|ing)?[ _]over", "upload"),
    word(r"hands of|its eyes", "thread pool"),
    word(r"person pictures?|(?:photos?|pictures?) of a human", "model photo"),
    word(r"somebody(?:['’]s)?|nobody(?:['’]s)?|whoever", "the subject's name"),
]

IN_ENGINE = r"^local/(?:outfitanyone_local|tests)/engine/"
IN_API = r"(?:^|/)api(?:/|\.md)"
ALLOWED = [
    allow(r"search_(?:fields|help_text|term|form|var)\w*", "names of Django's admin"),
    allow(r"get_search_results|searchbar|SearchFilter", "names of Django's admin and of DRF"),
    allow(r"\b(?:re|pattern|[A-Z_]+)\.search\b|\.search\(", "names of Python and JavaScript"),
    allow(r"(?:text|binary|grid|full-text) search(?:es)?|search engines?", "common terms"),
    allow(r"(?:search(?:es)? and filters?|filters? and search)", "search for text in a list"),
    allow(r"in looks? for", "a loop over published pictures"),
    allow(r"looks_for\b", "the tag for the looks of many products"),
    allow(r"search\w*", "a search among numbers", path=IN_ENGINE),
    allow(r"rings?", "a ring of pixels", path=IN_ENGINE),
    allow(r"REPEAT_UNCLEAR_SEARCHES", "the former name of a setting"),
    allow(r"""["'`]nobody["'`]""", "a value of the API's field fixed_by"),
    allow(
        r"find_clothes|found_clothes",
        "operation ids of the API stay",
        path=r"schema_views\.py$|openapi",
    ),
    allow(r"legal advice", "a term of law", path=r"law\.md$"),
    allow(r"advice=", "a field of the API stays", path=r"/api/errors\.py$"),
    allow(r'"searches":', "a key of outfitanyone_status --json stays"),
    allow(
        r"may_search_products|search (?:products|fields)|product search",
        "search for text in a list",
    ),
    allow(r"search(?:es|ed)?", "search for text in the admin's lists", path=r"^tests/admin/"),
    allow(r"last_rung_at", "the name before migration 0003", path=r"test_migrations\.py$"),
    allow(
        r"same_picture_is_searched_once", "a migration's name stays", path=r"test_migrations\.py$"
    ),
    allow(r"outfit-dot-ring|select2-search", "CSS names stay"),
    allow(r"\bring around\b", "the ring around a dot"),
    allow(r"""["'`]advice["'`]|^\s+advice\b""", "a field of the API stays", path=IN_API),
    allow(r"(?:engine|self)\.gate|`gate`", "an event that holds the test engine back"),
    allow(r"""class="[^"]*"|outfit-[a-z-]+""", "CSS class names stay"),
]
