"""docs/python-api.md documents what ``django_outfitanyone`` exports, with examples that run."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys

import pytest
from django.dispatch import Signal

import django_outfitanyone
from django_outfitanyone import signals
from django_outfitanyone.choices import GarmentKind, Status
from tests.factories import make_garment, make_model_image
from tests.pages import ROOT, rows
from tests.work import settle_unclear, step, work

PAGE = "docs/python-api.md"
TEXT = (ROOT / PAGE).read_text("utf-8")
ENTRIES = dict(re.findall(r"^### (\w+)\n\n`(.+)`$", TEXT, re.MULTILINE))
EXAMPLES = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
SLOW_IMPORTS = ("django.db", "rest_framework", "django_q", "PIL")


def unclear_try_on(remote):
    """A try-on whose submit was cut off after it had arrived."""
    request = django_outfitanyone.TryOnRequest(make_model_image(), [make_garment()])
    options = django_outfitanyone.TryOnOptions(keep_other_half=False)
    try_on = django_outfitanyone.request_try_on(request, options=options)
    remote.faults.add("drop-after", endpoint="submit")
    while try_on.status != Status.SUBMITTING:
        step(try_on)
    settle_unclear(try_on)
    step(try_on)
    assert try_on.status == Status.NEEDS_ATTENTION
    return try_on


@pytest.mark.slow
@pytest.mark.django_db
def test_examples__run_in_their_order(remote):
    namespace = {
        "__name__": "example",
        "person": make_model_image(),
        "top": make_garment(),
        "bottom": make_garment(GarmentKind.BOTTOM),
        "unclear": unclear_try_on(remote),
    }
    for example in EXAMPLES:
        exec(compile(example, PAGE, "exec"), namespace)
        work()
    signals.status_changed.disconnect(namespace["tell_the_shop"])

    for name in ("parse", "refined", "unsent", "unclear"):
        namespace[name].refresh_from_db()
        assert namespace[name].status == Status.SUCCEEDED, name


def test_page__documents_every_name_that_is_exported():
    exceptions = {row[0] for row in rows(PAGE) if len(row) == 2}

    assert set(ENTRIES) | exceptions == set(django_outfitanyone.__all__)
    for name in exceptions:
        assert issubclass(getattr(django_outfitanyone, name), Exception)


@pytest.mark.parametrize("name", ENTRIES)
def test_page__gives_the_parameters_of(name):
    (function,) = ast.parse(f"def {ENTRIES[name].partition(' -> ')[0]}: ...").body
    positional, keyword_only = function.args.args, function.args.kwonlyargs
    parameters = inspect.signature(getattr(django_outfitanyone, name)).parameters.values()

    assert [argument.arg for argument in (*positional, *keyword_only)] == [
        parameter.name for parameter in parameters
    ]
    assert [argument.arg for argument in keyword_only] == [
        parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY
    ]


@pytest.mark.parametrize("name", ENTRIES)
def test_page__says_what_it_raises_and_gives_an_example(name):
    entry = re.split(r"\n##", TEXT.partition(f"\n### {name}\n")[2])[0]

    assert "\nRaises: " in entry
    assert name in "".join(re.findall(r"```python\n(.*?)```", entry, re.DOTALL))


def test_page__documents_every_signal():
    listed = {row[0] for row in rows(PAGE) if len(row) == 3}

    assert listed == {name for name, value in vars(signals).items() if isinstance(value, Signal)}


def test_all__is_sorted_and_complete():
    names = django_outfitanyone.__all__

    assert list(names) == sorted(names)
    assert set(names) <= set(dir(django_outfitanyone))
    for name in names:
        assert getattr(django_outfitanyone, name) is not None


def test_unknown_name__is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _unknown = django_outfitanyone.no_such_name


def test_import__works_before_the_apps_are_ready_and_loads_nothing():
    code = (
        "import sys, django_outfitanyone; print(*django_outfitanyone.__all__);"
        f"print([name for name in {SLOW_IMPORTS} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env={"PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    names, loaded = done.stdout.splitlines()
    assert names.split() == [*django_outfitanyone.__all__]
    assert loaded == "[]"


@pytest.mark.slow
def test_types__of_the_public_names_reach_a_shops_own_code():
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "tests/typing/consumer.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
