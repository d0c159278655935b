from __future__ import annotations

import pytest
from django.template import TemplateSyntaxError
from django.template.backends.jinja2 import Jinja2
from django.test import RequestFactory

from django_outfitanyone.contrib import jinja2 as contrib
from tests.catalogue.adapters import PATH
from tests.factories import make_product
from tests.templatetags.html import Page
from tests.templatetags.looks import make_look

pytestmark = pytest.mark.django_db

PARAMETERS = {
    "NAME": "jinja2",
    "DIRS": [],
    "APP_DIRS": False,
    "OPTIONS": {"extensions": ["django_outfitanyone.contrib.jinja2.OutfitAnyone"]},
}


@pytest.fixture
def rendered(monkeypatch):
    """Render a Jinja2 template for a request with these headers."""

    def render(source, *, headers=None, **variables):
        request = RequestFactory().get("/", headers=headers)
        return Jinja2(dict(PARAMETERS)).from_string(source).render(variables, request)

    return render


def test_picture__is_shown_with_its_options(rendered):
    look = make_look(title="<b>Shirt</b>")
    html = rendered("{{ outfit_hotspots(look, caption='a < b', card=False) }}", look=look)

    page = Page(html)
    assert page.one("figcaption").text == "a < b"
    assert page.one("a.outfit-target").text == "<b>Shirt</b>, €39.00"


def test_unknown_option__is_refused(rendered):
    with pytest.raises(TemplateSyntaxError, match="Did you mean 'caption'"):
        rendered("{{ outfit_hotspots(look, captoin='x') }}", look=make_look())


def test_page__shows_the_looks_of_products(rendered):
    look = make_look()
    product = look.garments[0].product
    other = make_product()
    html = rendered(
        "{{ outfit_assets(events=True) }}"
        "{% for look in outfit_looks(product, limit=1) %}{{ outfit_hotspots(look) }}{% endfor %}"
        "{% for product, looks in outfit_looks_for(products) %}"
        "[{{ product.pk }}: {{ looks | length }}]{% endfor %}",
        product=product,
        products=[product, other],
    )

    assert html.count('rel="stylesheet"') == 2
    assert "hotspots.js" in html
    assert html.count('class="outfit-look') == 1
    assert f"[{product.pk}: 1][{other.pk}: 0]" in html


def test_adapter__gets_the_request(rendered, configure):
    configure(CATALOGUE=f"{PATH}Groups")
    source = "{{ outfit_hotspots(look) }}"
    look = make_look()

    assert "€40.00" in rendered(source, look=look)
    assert "only €30.00" in rendered(source, look=look, headers={"X-Club": "yes"})


def test_project_without_an_engine_for_django_templates(rendered, settings):
    settings.TEMPLATES = [{**PARAMETERS, "BACKEND": "django.template.backends.jinja2.Jinja2"}]
    contrib._engine.cache_clear()
    contrib._template.cache_clear()
    try:
        assert "outfit-look" in rendered("{{ outfit_hotspots(look) }}", look=make_look())
    finally:
        contrib._engine.cache_clear()
        contrib._template.cache_clear()
