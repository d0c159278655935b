"""The app's rows and the users they refer to live in ``shop``, all others in ``default``."""

from __future__ import annotations

IN_SHOP = {"admin", "auth", "contenttypes", "django_outfitanyone"}


class ShopRouter:
    def db_for_read(self, model, **_hints):
        return "shop" if model._meta.app_label in IN_SHOP else "default"

    db_for_write = db_for_read

    def allow_migrate(self, db, app_label, **_hints):
        return db == ("shop" if app_label in IN_SHOP else "default")
