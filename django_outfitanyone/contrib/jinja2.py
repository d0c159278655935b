"""The template tags as functions of Jinja2.

.. code-block:: python

    TEMPLATES = [
        {
            "BACKEND": "django.template.backends.jinja2.Jinja2",
            "OPTIONS": {"extensions": ["django_outfitanyone.contrib.jinja2.OutfitAnyone"]},
        },
    ]

The markup stays in the app's Django templates. To override one of them, ``TEMPLATES`` also needs
an engine for Django's templates that finds yours.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.template import Context, engines
from django.template.backends.django import DjangoTemplates
from django.template.backends.django import Template as DjangoTemplate
from jinja2 import Environment, pass_context
from jinja2.ext import Extension
from jinja2.runtime import Context as JinjaContext
from markupsafe import Markup

from django_outfitanyone.models import TryOnResult
from django_outfitanyone.storefront.looks import ProductLooks
from django_outfitanyone.templatetags import outfitanyone_looks


@pass_context
def outfit_hotspots(context: JinjaContext, picture: Any, **options: Any) -> Markup:
    """Show a picture with its products; the options are those of the template tag."""
    names = "".join(f" {name}=option_{name}" for name in sorted(options))
    variables = {f"option_{name}": value for name, value in options.items()}
    return _rendered(context, f"outfit_hotspots picture{names}", picture=picture, **variables)


@pass_context
def outfit_assets(context: JinjaContext, *, events: bool = False) -> Markup:
    """Link the stylesheets in ``<head>``. Call it once for each page."""
    return _rendered(context, "outfit_assets events=events", events=events)


@pass_context
def outfit_looks(context: JinjaContext, product: Any, **options: Any) -> list[TryOnResult]:
    """Return the newest public looks of a product and its family."""
    return outfitanyone_looks.outfit_looks(_as_django(context), product, **options)


@pass_context
def outfit_looks_for(
    context: JinjaContext, products: Iterable[Any], **options: Any
) -> list[ProductLooks]:
    """Return each product with its newest public looks."""
    return outfitanyone_looks.outfit_looks_for(_as_django(context), products, **options)


class OutfitAnyone(Extension):
    """Adds the functions to an environment."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        functions = (outfit_hotspots, outfit_assets, outfit_looks, outfit_looks_for)
        environment.globals.update({one.__name__: one for one in functions})


def _rendered(context: JinjaContext, tag: str, **variables: Any) -> Markup:
    request = context.get("request")
    html = _template(tag).render({**variables, "request": request}, request)
    return Markup(html)  # noqa: S704 - Django has escaped it


@lru_cache(maxsize=1)
def _engine() -> DjangoTemplates:
    """Return the project's engine, which finds templates that it overrides, or else one."""
    found = (one for one in engines.all() if isinstance(one, DjangoTemplates))
    parameters = {"NAME": "outfitanyone", "DIRS": [], "APP_DIRS": True, "OPTIONS": {}}
    return next(found, None) or DjangoTemplates(parameters)


@lru_cache(maxsize=64)
def _template(tag: str) -> DjangoTemplate:
    source = f"{{% load outfitanyone %}}{{% {tag} %}}"
    template: DjangoTemplate = _engine().from_string(source)
    return template


def _as_django(context: JinjaContext) -> Context:
    return Context({"request": context.get("request")})
