"""``make bench`` runs every benchmark, repeats it, and ends by the bars."""

from __future__ import annotations

import importlib
import shlex
import sys

import pytest

from benchmarks import __main__ as runner
from benchmarks.makespan import bar_of, shortest, size_of
from benchmarks.runs import BENCHMARKS, Benchmark

RUNS = [
    (one.module, arguments)
    for one in BENCHMARKS.values()
    for arguments in dict.fromkeys(one.full + one.quick)
]


class Started(Exception):
    """A benchmark has read its arguments."""


@pytest.mark.parametrize(("module", "arguments"), RUNS)
def test_arguments__are_those_of_the_benchmark(monkeypatch, module, arguments):
    from argparse import ArgumentParser

    def parsed(parser, *_arguments):
        monkeypatch.undo()
        assert parser.parse_known_args(shlex.split(arguments))[1] == []
        raise Started

    monkeypatch.setattr(ArgumentParser, "parse_args", parsed)
    if module == "deliveries":  # takes none
        assert not arguments
    else:
        with pytest.raises(Started):
            importlib.import_module(f"benchmarks.{module}").main()


@pytest.mark.parametrize("name", ["visitors", "storefront", "api", "scale", "makespan"])
def test_quick__measures_what_people_feel(name):
    assert BENCHMARKS[name].quick


def test_networks__are_measured_at_few_and_many_slots():
    runs = " ".join(BENCHMARKS["network"].full)
    for slots in (5, 50):
        for network in ("0", "0.05", "0.2"):
            assert f"--slots {slots} --tasks {slots * 5} --network {network} " in runs


@pytest.fixture
def run_script(monkeypatch, tmp_path):
    """Return a function that makes `make bench` run only this code, with these options."""

    def run_script(code, *options, benchmark=None):
        package = tmp_path / "benchmarks"
        package.mkdir(exist_ok=True)
        (package / "__init__.py").touch()
        (package / "script.py").write_text(code, "utf-8")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        one = benchmark or Benchmark("script", repeats=1)
        monkeypatch.setattr(runner, "BENCHMARKS", {"script": one})
        monkeypatch.setattr(sys, "argv", ["benchmarks", *options])
        monkeypatch.chdir(tmp_path)
        return runner.main()

    return run_script


PRINT = """import json, os, pathlib
file = pathlib.Path("counted")
count = len(file.read_text()) if file.exists() else 0
file.write_text("x" * (count + 1))
value = VALUES[count]
line = {"measure": "pages", "value": value, "unit": "s", "bar": 1, "holds": value <= 1}
print(json.dumps({**line, "quick": os.environ["QUICK"]}))
raise SystemExit(value > 1)"""


def printing(*values):
    return PRINT.replace("VALUES", repr(values))


@pytest.mark.parametrize(
    ("values", "code", "said"),
    [
        ((0.5, 0.6, 0.7), 0, "0.6 (0.5 to 0.7)"),
        ((1.5, 1.6, 1.7), 1, "Missed their bar: pages"),
        ((0.5, 0.6, 1.7), 0, "Undecided: the bar lies within the spread: pages"),
    ],
)
def test_bars__decide_after_the_repeats(run_script, capsys, values, code, said):
    assert run_script(printing(*values), benchmark=Benchmark("script")) == code
    assert said in capsys.readouterr().out


def test_benchmark_that_fails__is_named(run_script, capsys):
    assert run_script("raise SystemExit(3)") == 1
    assert "Failed: script" in capsys.readouterr().out


def test_benchmark_without_a_measure__is_named_and_no_error(run_script, capsys):
    assert run_script("print('skipped')") == 0
    assert "Skipped, or without a measure: script" in capsys.readouterr().out


def test_quick__runs_the_quick_arguments_once(run_script, capsys):
    quick = Benchmark("script", ("--missing",), ("",))
    assert run_script(printing(0.5), "--quick", benchmark=quick) == 0
    assert '"quick": "1"' in capsys.readouterr().out


def test_quick__leaves_out_what_takes_too_long(run_script, capsys):
    slow = Benchmark("script", ("",))
    assert run_script(printing(0.5), "--quick", benchmark=slow) == 0
    assert "pages" not in capsys.readouterr().out


def test_unknown_name__is_refused(run_script, capsys):
    with pytest.raises(SystemExit):
        run_script(printing(0.5), "scrpt")
    assert "no benchmark scrpt; there are script" in capsys.readouterr().err


def test_shortest__fills_each_slot_as_soon_as_it_is_free():
    assert shortest([3, 1, 1, 1], slots=2) == 3
    assert shortest([2, 2, 2], slots=2) == 4


def test_size__is_pixels_across_and_down():
    assert size_of("1080x1440") == (1080, 1440)


def test_bar__is_that_of_the_slots_and_the_network():
    assert bar_of(5, 2, 0) == 1.08
    assert bar_of(50, 18, 0.2) == 1.15
    assert bar_of(50, 18, 0.05) is None
