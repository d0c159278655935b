from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_delete
from django.utils.translation import gettext_lazy as _


class OutfitAnyoneConfig(AppConfig):
    """Virtual try-on."""

    name = "django_outfitanyone"
    verbose_name = _("Virtual try-on")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register checks, the HEIC reader if it is installed, and the receivers of signals."""
        from django_outfitanyone import checks, publishing, wakeup
        from django_outfitanyone.models import ClothesParse, TryOnResult
        from django_outfitanyone.pictures import decoding
        from django_outfitanyone.signals import review_changed, status_changed

        checks.register_all()
        decoding.register_heif()
        wakeup.connect()
        post_migrate.connect(
            wakeup.install_schedule, sender=self, dispatch_uid="outfitanyone_watchdog"
        )
        status_changed.connect(
            wakeup.wake_after_parse, sender=ClothesParse, dispatch_uid="outfitanyone_wake"
        )
        review_changed.connect(
            publishing.change_reviews_version, dispatch_uid="outfitanyone_reviews_version"
        )
        pre_delete.connect(
            publishing.unpublish_deleted, sender=TryOnResult, dispatch_uid="outfitanyone_unpublish"
        )
