"""Addresses of our pages on whichever admin site they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.http import HttpRequest


def address_of(site: AdminSite, page: str, *args: object) -> str:
    """``page`` as in ``tryonresult_batch``."""
    return reverse(f"admin:django_outfitanyone_{page}", args=args, current_app=site.name)


def back_to(request: HttpRequest, *, otherwise: str) -> str:
    """The page of this site that a form names as ``next``."""
    url = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if is_ours else otherwise
