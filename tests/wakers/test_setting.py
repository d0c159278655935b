"""``OUTFITANYONE["WAKER"]``: its names, a class of the shop, and what is wrong."""

from __future__ import annotations

import pytest

from django_outfitanyone import checks, wakers, wakeup
from django_outfitanyone.choices import Status
from django_outfitanyone.wakers.base import Waker
from django_outfitanyone.wakers.django_q import DjangoQ
from django_outfitanyone.wakers.none import NoQueue
from tests.events import events
from tests.factories import make_try_on


class OfTheShop(Waker):
    def send(self):
        raise LookupError("the queue is full")

    def command(self):
        return "rq worker"


def without_django_q(settings):
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "django_q"]


def test_default__is_django_q():
    assert isinstance(wakers.current(), DjangoQ)


@pytest.mark.parametrize("name", wakers.WAKERS)
def test_names__are_those_of_classes_that_need_nothing_to_be_imported(configure, name):
    configure(WAKER=name)

    assert wakers.configured().command
    assert isinstance(wakers.configured().missing(), str)


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("celrey", 'OUTFITANYONE = {"WAKER": "celery"}'),
        ("django_outfitanyone.wakers.none.Nothing", 'OUTFITANYONE = {"WAKER": "'),
        ("django_outfitanyone.models.Account", 'OUTFITANYONE = {"WAKER": "'),
        ("django-tasks", 'OUTFITANYONE = {"WAKER": "django_tasks"}'),
    ],
)
def test_check__wrong_value_is_an_error_with_a_line_to_paste(configure, value, line):
    configure(WAKER=value)
    (message,) = checks.check_queue()

    assert message.id == "django_outfitanyone.E013"
    assert message.hint.startswith(line)
    assert isinstance(wakers.current(), NoQueue)  # nothing breaks meanwhile


def test_check__django_q_that_is_chosen_must_be_installed(configure, settings):
    configure(WAKER="django_q")
    without_django_q(settings)
    (message,) = checks.check_queue()

    assert message.id == "django_outfitanyone.E014"
    assert 'INSTALLED_APPS += ["django_q"]' in message.hint


def test_check__django_q_by_default_may_be_missing(settings):
    """As in projects that ran ``outfitanyone_poll`` before the setting existed."""
    without_django_q(settings)
    (message,) = checks.check_queue()

    assert message.id == "django_outfitanyone.W006"
    assert 'OUTFITANYONE = {"WAKER": "none"}' in message.hint


@pytest.mark.django_db
def test_class_of_the_shop__that_fails_breaks_no_request(configure, caplog, monkeypatch):
    configure(WAKER=f"{__name__}.OfTheShop")
    monkeypatch.setattr(OfTheShop, "is_sent_by_caller", lambda self: True)
    make_try_on(status=Status.QUEUED)
    wakeup.wake()

    assert events(caplog) == ["wakeup_failed"]
    assert checks.check_queue() == []
    assert wakeup.shell_line(wakeup.worker_command()) == "rq worker"


@pytest.mark.django_db
def test_class_of_the_shop__that_is_broken_breaks_no_request(configure, caplog, monkeypatch):
    def refuse(self):
        raise LookupError("no such queue")

    configure(WAKER=f"{__name__}.OfTheShop")
    monkeypatch.setattr(OfTheShop, "is_sent_by_caller", refuse)
    make_try_on(status=Status.QUEUED)
    wakeup.wake()

    assert events(caplog) == ["wakeup_failed"]
