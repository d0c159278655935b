"""Third-party admin themes: their apps, and the module and class of their ``ModelAdmin``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    apps: tuple[str, ...]
    """In their place before ``django.contrib.admin``."""
    urls: str = ""
    model_admin: str = "django.contrib.admin.ModelAdmin"
    inline: str = "django.contrib.admin.StackedInline"
    replaces: tuple[str, ...] = ()
    """Pages that the theme has of its own, as ``tests.admin_pages`` names them."""


THEMES = {
    "admin-interface": Theme(apps=("admin_interface", "colorfield")),
    "baton": Theme(apps=("baton",), urls="baton.urls"),
    "daisy": Theme(apps=("django_daisy", "django.contrib.humanize")),
    "grappelli": Theme(apps=("grappelli",), urls="grappelli.urls"),
    "jazzmin": Theme(apps=("jazzmin",)),
    "jet-reboot": Theme(apps=("jet",), urls="jet.urls"),
    "semantic-admin": Theme(apps=("semantic_admin", "semantic_forms")),
    "simpleui": Theme(apps=("simpleui",), replaces=("today",)),
    "unfold": Theme(
        apps=("unfold",),
        model_admin="unfold.admin.ModelAdmin",
        inline="unfold.admin.StackedInline",
    ),
}


def register_with_theme(theme):
    """Register our admins again with the classes of the theme, if it has its own."""
    from django.contrib import admin
    from django.utils.module_loading import import_string

    from django_outfitanyone.admin import GarmentInline, HotspotInline
    from tests.admin.other_site import MIXINS

    if theme.model_admin == Theme.model_admin:
        return
    model_admin, inline = import_string(theme.model_admin), import_string(theme.inline)
    for model, mixin in MIXINS.items():
        inlines = [
            type("ThemedInline", (own, inline), {})
            for own in getattr(mixin, "inlines", ())
            if own in {GarmentInline, HotspotInline}
        ]
        admin.site.unregister(model)
        admin.site.register(model, type("Themed", (mixin, model_admin), {"inlines": inlines}))
