"""The buttons and links of a page, and what a browser would send when a button is pressed."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from tests.admin.pages import text_of


@dataclass
class Form:
    target: str
    method: str
    hidden: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Button:
    """A button that submits ``form`` with ``name`` and ``value`` to ``target``."""

    form: Form
    name: str
    value: str
    target: str
    method: str

    def press(self, client):
        """Send what a browser sends, without the inputs that a person can change."""
        assert self.method == "post"
        return client.post(self.target, {**self.form.hidden, self.name: self.value})


class Controls(HTMLParser):
    def __init__(self, response):
        super().__init__()
        self.page = response.wsgi_request.path
        self.buttons, self.links, self.pictures, self.nested = [], set(), set(), 0
        self._form = None
        self.feed(text_of(response))

    def button(self, name, value):
        """Return the only button with this name and value, or ``None``."""
        found = [one for one in self.buttons if (one.name, one.value) == (name, value)]
        assert len(found) < 2, f"{len(found)} buttons {name}={value} on {self.page}"
        return found[0] if found else None

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "form":
            self.nested += self._form is not None
            target = values.get("action") or self.page
            self._form = Form(target, values.get("method", "get").lower())
        elif tag == "input" and values.get("type") == "hidden" and self._form:
            self._form.hidden[values.get("name", "")] = values.get("value", "")
        elif tag == "button" and values.get("type", "submit") == "submit" and self._form:
            self.buttons.append(
                Button(
                    form=self._form,
                    name=values.get("name", ""),
                    value=values.get("value", ""),
                    target=values.get("formaction", self._form.target),
                    method=values.get("formmethod", self._form.method).lower(),
                )
            )
        elif tag == "a":
            self.links.add(values.get("href", ""))
        elif tag in {"img", "image"}:
            self.pictures.add(values.get("src") or values.get("href") or "")

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None

    def links_to(self, url):
        return any(link == url or urlsplit(link).path == url for link in self.links)
