"""Why nothing is sent at present, and lifting a stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.utils.translation import gettext as _

from django_outfitanyone import actions
from django_outfitanyone.account import budgets
from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.models import Account

if TYPE_CHECKING:
    from django.http import HttpRequest


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why nothing is sent at present: a stopped account, or a ``headline`` and a ``text``."""

    account: Account | None = None
    headline: str = ""
    text: str = ""
    may_resume: bool = False


def trouble(request: HttpRequest, site: admin.AdminSite) -> Trouble | None:
    """What staff should know on every page; ``None`` when all is well."""
    try:
        _key = conf.require_api_key()
    except ConfigurationError as error:
        return Trouble(headline=_("Nothing is sent: there is no API key."), text=str(error))
    account = Account.objects.filter(pk=conf.ACCOUNT).first()
    if account is None:
        return None
    if account.is_stopped:
        return Trouble(account=account, may_resume=may_resume(site, request))
    spent = budgets.notice(account)
    if spent:
        return Trouble(headline=_("The budget does not cover another picture."), text=spent)
    return None


def may_resume(site: admin.AdminSite, request: HttpRequest) -> bool:
    """Whether this person may lift a stop on this site."""
    if not site.is_registered(Account):
        return False
    model_admin: Any = site.get_model_admin(Account)
    return bool(model_admin.has_resume_permission(request))


def resume(account: Account, *, request: HttpRequest) -> None:
    """Lift the stop, and say so."""
    if actions.resume(account):
        text = _("“%(account)s” is resumed: what waits is sent now.") % {"account": account}
        messages.success(request, text)
    else:
        text = _("“%(account)s” was not stopped.") % {"account": account}
        messages.info(request, text)
