"""A text that does not show itself. Imports no Django."""

from __future__ import annotations


class SecretText(str):
    """A secret, usable as a string. Error reporters print the ``repr`` of local variables."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'<secret>'"
