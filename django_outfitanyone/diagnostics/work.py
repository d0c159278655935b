"""Diagnoses account, worker, queue and budget, and counts jobs that wait for a person."""

from __future__ import annotations

from django.db import DatabaseError
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_outfitanyone import wakers, wakeup
from django_outfitanyone.account import budgets
from django_outfitanyone.account.money import money
from django_outfitanyone.diagnostics import status
from django_outfitanyone.diagnostics.findings import Findings, ok, problem, warning
from django_outfitanyone.diagnostics.status import AccountStatus
from django_outfitanyone.wakers.base import WORKER, Waker


def diagnose_work() -> Findings:
    """Check the account, the worker, the budget, and jobs that wait for a person."""
    try:
        states = status.accounts()
    except DatabaseError as error:
        text = _("The database reports an error: %(error)s")
        remedy = _("Check DATABASES, and run `manage.py migrate`.")
        yield problem("database", text % {"error": error}, remedy)
        return
    for state in states:
        yield from _diagnose_account(state)
    yield from _diagnose_worker(states)
    for state in states:
        yield from _diagnose_budgets(state)
    unclear = sum(state.unclear for state in states)
    if unclear:
        text = ngettext(
            "%(count)d request has an unclear outcome and waits for a decision.",
            "%(count)d requests have an unclear outcome and wait for a decision.",
            unclear,
        )
        yield warning(
            "attention",
            text % {"count": unclear},
            _("In the admin, filter the results by “needs attention” and decide."),
        )


def _diagnose_account(state: AccountStatus) -> Findings:
    account = state.account
    if not state.engine:
        yield from _diagnose_gone_engine(state)
    elif account.is_stopped:
        text = _("The account “%(account)s” is stopped: %(code)s, %(message)s")
        values = {
            "account": account,
            "code": account.stopped_code,
            "message": account.stopped_message,
        }
        error_help = account.error_help.text if account.error_help else ""
        remedy = _(
            "Then resume it in the admin, or with `manage.py outfitanyone_resume %(account)s`."
        )
        yield problem("account", text % values, f"{error_help} {remedy % values}".strip())
    elif account.paused_until:
        text = _(
            "The account “%(account)s” is paused until %(moment)s: the engine reported too many "
            "requests."
        )
        moment = time_format(timezone.localtime(account.paused_until), "TIME_FORMAT")
        values = {"account": account, "moment": moment}
        yield warning("account", text % values, _("No action needed."))
    else:
        text = _("The account “%(account)s” is neither stopped nor paused.")
        yield ok("account", text % {"account": account})


def _diagnose_gone_engine(state: AccountStatus) -> Findings:
    """Warn of work that waits for an engine; finished rows need none."""
    if state.open:
        text = ngettext(
            "%(count)d request waits for the engine “%(account)s”, which is not in the settings.",
            "%(count)d requests wait for the engine “%(account)s”, which is not in the settings.",
            state.open,
        )
        remedy = _('Add it to OUTFITANYONE["ENGINES"] again, or cancel the requests in the admin.')
        yield warning("account", text % {"count": state.open, "account": state.account}, remedy)


def _diagnose_worker(states: list[AccountStatus]) -> Findings:
    """Report when a worker was seen last; one worker may serve all accounts."""
    seen = max((state.runner_seen_at for state in states if state.runner_seen_at), default=None)
    overdue = sum(state.overdue for state in states)
    values = {"time": timesince(seen) if seen else "", "count": overdue}
    text = _("A worker was last seen %(time)s ago.") if seen else _("No worker was ever seen.")
    remedy = _("Keep `%(command)s` running.") % {"command": wakeup.worker_command()}
    is_idle = not (wakers.current().ticks or any(state.open for state in states))
    if overdue:
        late = ngettext("%(count)d job is overdue.", "%(count)d jobs are overdue.", overdue)
        yield problem("worker", f"{late} {text}" % values, remedy)
    elif all(state.is_runner_missing for state in states) and not is_idle:
        yield warning("worker", text % values, remedy)
    else:
        yield ok("worker", text % values)
    if wakers.current().has_queue:
        yield from _diagnose_queue(wakers.current())


def _diagnose_queue(waker: Waker) -> Findings:
    trouble = wakeup.broker_problem()
    values = {"queue": waker.title, "setting": waker.setting, "trouble": trouble, "command": WORKER}
    if trouble:
        text = _("The broker of %(queue)s does not respond: %(trouble)s")
        remedy = _("Start it, or correct %(setting)s. Until then, only `%(command)s` works.")
        yield problem("queue", text % values, remedy % values)
    elif not waker.has_schedule():
        text = _("No schedule wakes the worker every minute.")
        remedy = _("Run or add: %(line)s")
        yield warning("queue", text, remedy % {"line": waker.schedule_remedy()})
    elif waker.ticks:
        yield ok("queue", _("The broker responds, and a schedule wakes the worker every minute."))
    else:
        text = _("While work is open, each run of the worker asks %(queue)s for the next one.")
        yield ok("queue", text % values)


def _diagnose_budgets(state: AccountStatus) -> Findings:
    spent = {
        "today": money(state.spent_today, state.currency),
        "month": money(state.spent_this_month, state.currency),
    }
    if state.is_sandbox:
        text = _("“%(account)s” would have cost %(today)s today, %(month)s this month; it is free.")
    else:
        text = _("“%(account)s” spent %(today)s today, %(month)s this month.")
    text %= {"account": state.account, **spent}
    notice = budgets.notice(state.account)
    if notice:
        yield warning("budget", f"{text} {notice}", "")
    else:
        no_budget = "" if state.budgets else _("There is no budget.")
        yield ok("budget", f"{text} {no_budget}".rstrip())
