"""Readers of the matrix on the page “Try on garments”."""

from __future__ import annotations

import re

from tests.admin.pages import hidden, text_of

FIELDS = ("cells_off", "cells_wearers", "cells_shown", "cells_shown_for")
INPUT = re.compile(r'<input type="(?:checkbox|radio)" id="cell-[^>]*>')
CELL = re.compile(r'<td class="outfit-cell outfit-cell--(\w+)">(.*?)</td>', re.DOTALL)


def cells_on(response):
    """Return what is ticked, as a browser sends it."""
    ticked = {}
    for tag in INPUT.findall(text_of(response)):
        if " checked" in tag:
            name, value = re.search(r'name="([^"]*)" value="([^"]*)"', tag).groups()
            ticked.setdefault(name, []).append(value)
    return ticked


def sent_by(response, *, without=(), **more):
    """Return the fields of the matrix as a browser sends them after unticking these cells."""
    ticked = cells_on(response)
    for garment, photo in without:
        ticked[f"cell-{garment.pk}"].remove(str(photo.pk))
    return {**{name: hidden(response, name) for name in FIELDS}, **ticked, **more}


def words_on(response):
    """Return kind and text of each cell, row by row."""
    return [
        (kind, " ".join(re.sub(r"<[^>]*>", " ", html).split()))
        for kind, html in CELL.findall(text_of(response))
    ]
