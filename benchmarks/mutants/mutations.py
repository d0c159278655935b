"""The mutants of a module: each is its source with one change.

Most changes come from mutmut. Its own runner leaves out properties, decorated functions and
tables at the top of a module, where much of what is tested here lives; so only its operators
are used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

import libcst as cst
import libcst.matchers as m
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

TEXT = m.Call(
    m.Name("_") | m.Name("gettext") | m.Name("gettext_lazy") | m.Name("ngettext")
    | m.Name("ngettext_lazy")
)  # fmt: skip
ANY_TEXT = TEXT | m.FormattedString() | m.BinaryOperation(left=TEXT, operator=m.Modulo())
MEANINGLESS = (
    TEXT  # for people, and translated
    | m.Call(m.Attribute(m.Name("logger")))
    | m.Assign(value=m.Call(m.Attribute(m.Name("logging"))))
    # what only the type checker and the reader see
    | m.Annotation()
    | m.Call(m.Name("cast"))
    | m.If(m.Name("TYPE_CHECKING"))
    # what no test of this process can see: tests/second_database runs in a process of its own
    | m.Call(m.Attribute(attr=m.Name("using")))
    | m.Arg(keyword=m.Name("using") | m.Name("strict"))
    # definitions that Python needs to import the module at all
    | m.Import()
    | m.ImportFrom()
    | m.Decorator()
    # the schema, which tests/models/test_migrations.py compares with the migrations
    | m.ClassDef(name=m.Name("Meta"))
    | m.Assign(value=m.Call(m.Attribute(m.Name("models"))))
)
"""Nodes that are not changed, nor is anything in them."""
CONSTANTS = (
    m.Integer() | m.Float()  # a second or an attempt more is no fault
    | m.Assign(value=m.Name() | m.Subscript())  # another name for a type
)  # fmt: skip
"""The same outside functions only."""


@dataclass(frozen=True)
class Change:
    """One node of a module and what replaces it."""

    line: int
    module: cst.Module
    old: cst.CSTNode
    new: cst.CSTNode

    def source(self) -> str:
        """Return the source of the mutant."""
        changed = self.module.deep_replace(self.old, self.new)
        assert isinstance(changed, cst.Module)
        return changed.code

    def __str__(self) -> str:
        """Return the lines that differ."""
        before, after = (text.splitlines() for text in (self.module.code, self.source()))
        lines = list(unified_diff(before, after, lineterm="", n=0))[3:]
        return "\n".join(f"{text[0]} {text[1:].strip()}" for text in lines)


def changes_of(path: Path) -> list[Change]:
    """Return every change that makes a mutant of this module, in the order of its lines."""
    wrapper = MetadataWrapper(cst.parse_module(path.read_text("utf-8")))
    visitor = _Visitor(wrapper.module)
    wrapper.visit(visitor)
    return visitor.changes


class _Visitor(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, module: cst.Module) -> None:
        self.module = module
        self.changes: list[Change] = []
        self._depth = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        ignored = MEANINGLESS if self._depth else MEANINGLESS | CONSTANTS
        if m.matches(node, ignored):
            return False
        self._depth += isinstance(node, cst.FunctionDef)
        position = self.get_metadata(PositionProvider, node, None)
        if position and not m.matches(node, m.Call(m.Name("len") | m.Name("isinstance"))):
            for new in _replacements(node):
                self.changes.append(Change(position.start.line, self.module, node, new))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        self._depth -= isinstance(original_node, cst.FunctionDef)


def _replacements(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for kind, operator in OPERATORS:
        if not isinstance(node, kind):
            continue
        for new in operator(node):
            if not _changes_meaningless(node, new):
                yield new
            if isinstance(node, cst.BaseString):
                break  # the same in upper and in lower case would say nothing new


def _changes_meaningless(old: cst.CSTNode, new: cst.CSTNode) -> bool:
    """Whether the mutant only changes an argument that is meaningless, such as a text."""
    if not isinstance(old, cst.Call) or not isinstance(new, cst.Call):
        return False
    kept = {id(argument) for argument in new.args}
    changed = [argument for argument in old.args if id(argument) not in kept]
    return any(m.matches(arg, MEANINGLESS | m.Arg(ANY_TEXT)) for arg in changed)


def _negate_condition(node: cst.If | cst.CompIf) -> Iterator[cst.CSTNode]:
    """Negate a condition that is no comparison; mutmut changes those itself."""
    if not m.matches(node.test, m.Comparison() | m.UnaryOperation()):
        test = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        yield node.with_changes(test=cst.UnaryOperation(cst.Not(), test))


def _drop_statement(node: cst.BaseSmallStatement) -> Iterator[cst.CSTNode]:
    """Leave out a statement that only calls a function, and every ``raise``."""
    if m.matches(node, m.Expr(m.Call()) | m.Raise()):
        yield cst.Pass()


def _drop_element(node: cst.Dict | cst.Set | cst.List) -> Iterator[cst.CSTNode]:
    """Leave out one element of a dict, a list or a set; a set keeps at least one."""
    least = 1 if isinstance(node, cst.Set) else 0
    for number in range(len(node.elements) if len(node.elements) > least else 0):
        yield node.with_changes(elements=[*node.elements[:number], *node.elements[number + 1 :]])


OPERATORS: list[tuple[Any, Callable[[Any], Iterable[cst.CSTNode]]]] = [
    *mutation_operators,
    ((cst.If, cst.CompIf), _negate_condition),
    (cst.BaseSmallStatement, _drop_statement),
    ((cst.Dict, cst.Set, cst.List), _drop_element),
]
