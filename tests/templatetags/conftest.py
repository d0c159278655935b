from __future__ import annotations

import pytest
from django.template import Context, Template

from tests.templatetags.html import Page


@pytest.fixture
def show(db):
    """Render ``{% outfit_hotspots picture … %}`` and parse the result."""

    def show(picture, options="", **variables):
        source = f"{{% load outfitanyone %}}{{% outfit_hotspots picture {options} %}}"
        return Page(Template(source).render(Context({"picture": picture, **variables})))

    return show
