"""The problem that keeps an account from sending requests, and how to resume the account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.utils.translation import gettext as _

from django_outfitanyone import actions
from django_outfitanyone.account import budgets
from django_outfitanyone.conf import ConfigurationError, EngineSettings, conf
from django_outfitanyone.models import Account
from django_outfitanyone.permissions import may_see_costs

if TYPE_CHECKING:
    from django.http import HttpRequest


@dataclass(frozen=True, kw_only=True)
class AccountProblem:
    """A stopped ``account``, or a ``headline`` and a ``text`` for any other problem."""

    account: Account | None = None
    headline: str = ""
    text: str = ""
    may_resume: bool = False


def account_problem(request: HttpRequest, site: admin.AdminSite) -> AccountProblem | None:
    """Return why requests are not sent at present, or ``None`` if requests are sent.

    Of several problems, that of the default engine comes first.
    """
    accounts = Account.objects.configured().in_bulk()
    for alias, engine in conf.engines.items():
        is_used = alias in accounts or alias in {conf.default_alias, conf.PARSER}
        problem = _problem_of(request, engine, accounts.get(alias)) if is_used else None
        if problem:
            return replace(problem, may_resume=may_resume(site, request))
    return None


def _problem_of(
    request: HttpRequest, engine: EngineSettings, account: Account | None
) -> AccountProblem | None:
    try:
        _key = engine.api_key()
    except ConfigurationError as error:
        return AccountProblem(headline=_("No API key is set: nothing is sent."), text=str(error))
    if account is None:
        return None
    if account.is_stopped:
        return AccountProblem(account=account)
    spent = budgets.notice(account, shows_costs=may_see_costs(request.user))
    if spent:
        headline = _("The budget does not cover another picture.")
        return AccountProblem(headline=headline, text=spent.removeprefix(headline).strip())
    return None


def may_resume(site: admin.AdminSite, request: HttpRequest) -> bool:
    """Return whether the user may resume accounts on this site."""
    if not site.is_registered(Account):
        return False
    model_admin: Any = site.get_model_admin(Account)
    return bool(model_admin.has_resume_permission(request))


def resume(account: Account, *, request: HttpRequest) -> None:
    """Resume the account and tell the user about it."""
    if actions.resume(account):
        text = _("“%(account)s” is resumed: waiting requests are sent now.")
        messages.success(request, text % {"account": account})
    else:
        messages.info(request, _("“%(account)s” was not stopped.") % {"account": account})
