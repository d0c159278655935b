from __future__ import annotations

import threading
import time

import pytest

from django_outfitanyone import circuit as circuit_module
from django_outfitanyone.circuit import Circuit
from tests.events import events


@pytest.fixture
def circuit():
    return Circuit("The service is down", event="service_failed")


class Service:
    """Counts calls; hangs while ``may_answer`` is not set, and raises ``error`` if there is one."""

    def __init__(self):
        self.calls = 0
        self.error = None
        self.may_answer = threading.Event()
        self.may_answer.set()

    def __call__(self):
        self.calls += 1
        assert self.may_answer.wait(10)
        if self.error:
            raise self.error

    def was_called(self, times):
        end = time.monotonic() + 5
        while self.calls < times and time.monotonic() < end:
            time.sleep(0.005)
        return self.calls == times


@pytest.fixture
def service():
    service = Service()
    yield service
    service.may_answer.set()


def seconds_of(function, *arguments):
    started_at = time.monotonic()
    function(*arguments)
    return time.monotonic() - started_at


def test_call__has_happened_when_it_returns(circuit, service):
    circuit.call(service)

    assert service.calls == 1


def test_call__never_waits_long_for_a_service_that_hangs(circuit, service, caplog):
    service.may_answer.clear()

    assert circuit_module.PATIENCE < 0.25
    assert seconds_of(circuit.call, service) < 1.5  # the machine may be busy
    for _number in range(20):
        assert seconds_of(circuit.call, service) < 0.5

    assert service.calls == 1
    assert events(caplog) == ["service_failed"]
    assert "no answer" in caplog.text


def test_call__while_the_thread_is_busy_leads_to_one_more_call(circuit, service):
    service.may_answer.clear()
    for _number in range(5):
        circuit.call(service)
    service.may_answer.set()

    assert service.was_called(2)
    time.sleep(0.05)
    assert service.calls == 2


def test_call__slow_service_holds_up_only_the_first_of_many_calls(circuit):
    started_at = time.monotonic()
    for _number in range(24):
        circuit.call(lambda: time.sleep(0.1))

    assert time.monotonic() - started_at < 1.5


@pytest.mark.parametrize("way", ["call", "call_here"])
def test_failure__opens_the_circuit_and_is_logged_once(circuit, service, caplog, way):
    service.error = ConnectionError("refused")
    for _number in range(5):
        getattr(circuit, way)(service)

    assert circuit.is_open
    assert service.calls == 1
    assert events(caplog) == ["service_failed"]
    assert "The service is down (ConnectionError: refused)" in caplog.text


def test_circuit__closes_after_a_while_and_logs_the_next_outage(
    circuit, service, caplog, monkeypatch
):
    monkeypatch.setattr(circuit_module, "OPEN_SECONDS", 0)
    service.error = ConnectionError("refused")
    for _number in range(3):
        circuit.call_here(service)
    assert service.calls == 3
    assert events(caplog) == ["service_failed"]

    service.error = None
    circuit.call_here(service)
    service.error = ConnectionError("refused again")
    circuit.call_here(service)
    assert events(caplog) == ["service_failed"] * 2


def test_reset__forgets_a_thread_that_did_not_survive_a_fork(circuit, service):
    service.may_answer.clear()
    circuit.call(service)
    circuit_module.reset_all()
    service.may_answer.set()
    circuit.call(service)

    assert service.was_called(2)
