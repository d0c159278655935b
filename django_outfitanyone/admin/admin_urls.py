"""URLs of this app's pages on the admin site that handles the request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.admin import AdminSite
    from django.http import HttpRequest


def admin_url(site: AdminSite, page: str, *args: object) -> str:
    """Return the URL of a page, for example of ``"tryonresult_batch"``."""
    return reverse(f"admin:django_outfitanyone_{page}", args=args, current_app=site.name)


def list_url(site: AdminSite, model: str, listed: Mapping[str, str]) -> str:
    """Return the URL of the list of a model's rows, filtered by these parameters."""
    return f"{admin_url(site, f'{model}_changelist')}?{urlencode(listed)}"


def next_url(request: HttpRequest, *, default: str) -> str:
    """Return the URL in the field or parameter ``next``, or ``default`` if it is another host's.

    A button in a form that is not ours has it as a parameter of its address.
    """
    url = request.POST.get("next") or request.GET.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if is_safe else default
