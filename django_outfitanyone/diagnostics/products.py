"""Diagnoses the catalogue adapter with one product of the shop."""

from __future__ import annotations

from django.utils.translation import gettext as _

from django_outfitanyone.catalogue import catalogue_for, product_model
from django_outfitanyone.catalogue.trial import adapter_faults
from django_outfitanyone.conf import conf
from django_outfitanyone.diagnostics.findings import Findings, ok, warning


def diagnose_catalogue() -> Findings:
    """Call each method of the adapter on the newest product. Nothing is written."""
    product = product_model()._default_manager.order_by("-pk").first()
    if product is None:
        return
    faults = adapter_faults(catalogue_for(None), product)
    for fault in faults:
        text = _("%(adapter)s does not work for product %(product)s: %(fault)s")
        values = {"adapter": conf.CATALOGUE, "product": product.pk, "fault": fault}
        remedy = _("Correct this method of your catalogue adapter.")
        yield warning("catalogue", text % values, remedy)
    if not faults:
        yield ok("catalogue", _("The catalogue adapter reads your products."))
