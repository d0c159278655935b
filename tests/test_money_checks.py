from __future__ import annotations

from decimal import Decimal, InvalidOperation

import pytest

from django_outfitanyone.checks import check_money
from tests.test_checks import ids


def pasted(hint, *, price):
    """Return the settings of a line to paste, with this price in each gap."""
    line = hint.partition(", with the price")[0]
    names = {"Decimal": Decimal}
    with pytest.raises(InvalidOperation):
        exec(line, names)  # a gap is never taken for a price
    exec(line.replace("...", price), names)
    return names["OUTFITANYONE"]["ENGINES"]["default"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, []),
        ({"REMOTE_MODELS": ["aitryon-next"]}, ["W010"]),
        ({"PRICES": {}}, ["W010"] * 3),
        ({"PRICES": {}, "CURRENCY": "EUR"}, ["W010"] * 3),
        ({"CURRENCY": "USD"}, ["W010"]),
        ({"CURRENCY": "USD", "REFINER_MODEL": "aitryon-plus"}, []),
        ({"CURRENCY": "EUR"}, ["E008"]),
        ({"CURRENCY": "EUR", "BACKEND": "tests.toy_engine.ToyEngine"}, ["E008"]),
        ({"BACKEND": "tests.toy_engine.Missing"}, []),  # reported by check_engines
        ({"BUDGET_PER_DAY": Decimal("0.49")}, ["W011"]),
        ({"BUDGET_PER_DAY": Decimal("0.50")}, []),
        ({"BUDGET_PER_MONTH": Decimal(0)}, []),  # a way to stop all submits that cost money
        ({"FREE_IMAGES": {"aitryon-parsing-v1": 400, "aitryon": 5}}, []),
        ({"FREE_IMAGES": {"aitryon-parsing": 400}}, ["W013"]),
    ],
)
def test_money(configure, keys, expected):
    configure(**keys)

    assert ids(check_money()) == expected


def test_no_price_in_dollars__line_to_paste_keeps_the_others(configure):
    configure(CURRENCY="USD")
    (message,) = check_money()

    assert "'aitryon-refiner' of the engine 'default' has no price in USD" in message.msg
    assert "USD on your bill" in message.hint
    configure(CURRENCY="USD", **pasted(message.hint, price="0.05"))
    assert check_money() == []


def test_other_currency__line_to_paste_has_all_models(configure):
    configure(CURRENCY="EUR")
    (message,) = check_money()

    assert "only in CNY" in message.msg
    settings = pasted(message.hint, price="0.07")
    assert set(settings["PRICES"]) == {"aitryon-plus", "aitryon-parsing-v1", "aitryon-refiner"}
    configure(CURRENCY="EUR", **settings)
    assert check_money() == []


def test_free_quota_of_an_unknown_model__hint_keeps_the_others(configure):
    configure(FREE_IMAGES={"aitryon-parsing": 400, "aitryon": 5})
    (message,) = check_money()

    assert message.msg.endswith(": aitryon-parsing.")
    assert "{\"FREE_IMAGES\": {'aitryon': 5}}" in message.hint
