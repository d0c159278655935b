"""A small HTML parser for assertions about markup."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"img", "input", "link"}


@dataclass
class Element:
    tag: str
    attributes: dict
    texts: list = field(default_factory=list)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())

    @property
    def classes(self):
        return set(self.attributes.get("class", "").split())


class Page(HTMLParser):
    """The elements of an HTML fragment in document order. Asserts that every element is closed."""

    def __init__(self, html):
        super().__init__()
        self.html, self.elements, self._open = html, [], []
        self.feed(html)
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag, attrs):
        names = [name for name, _value in attrs]
        assert len(names) == len(set(names)), f"duplicate attribute in <{tag}>: {names}"
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag):
        assert self._open.pop().tag == tag

    def handle_data(self, data):
        for element in self._open:
            element.texts.append(data)

    def all(self, name):
        """Return the elements with this tag, class (``.card``), or both (``a.card``)."""
        tag, _dot, css_class = name.partition(".")
        return [
            element
            for element in self.elements
            if tag in {"", element.tag} and (not css_class or css_class in element.classes)
        ]

    def one(self, name):
        (element,) = self.all(name)
        return element
