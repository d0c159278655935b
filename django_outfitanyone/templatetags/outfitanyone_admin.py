"""Template tags of this app's admin pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib import admin

from django_outfitanyone.account.money import money
from django_outfitanyone.admin.notices import account_notice
from django_outfitanyone.admin.today import today

register = template.Library()


register.simple_tag(money, name="outfit_money")


@register.inclusion_tag("admin/django_outfitanyone/today.html", takes_context=True)
def outfit_today(context: template.Context) -> dict[str, Any]:
    """Show what waits for a person, what failed, what runs, and what the month costs."""
    request = context["request"]
    site = getattr(request.resolver_match.func, "admin_site", admin.site)
    found = today(request, site)
    notice = {} if found.is_empty else account_notice(request, site)
    return {"today": found, "csrf_token": context.get("csrf_token"), **notice}
