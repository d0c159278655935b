from __future__ import annotations

import uuid

import pytest

from django_outfitanyone.choices import Status
from django_outfitanyone.models import TryOnResult
from tests.factories import make_try_on

TOY = {"BACKEND": "tests.toy_engine.ToyEngine", "API_KEY": "k"}


@pytest.fixture(autouse=True)
def _toy(settings):
    engines = {**settings.OUTFITANYONE["ENGINES"], "toy": TOY}
    settings.OUTFITANYONE = {**settings.OUTFITANYONE, "ENGINES": engines, "PARSE_RESULTS": False}


@pytest.fixture
def failed(db):
    return make_try_on(status=Status.FAILED, error_code="ModelNotFound")


@pytest.fixture
def clerk(staff_with):
    return staff_with("add_tryonresult", "view_tryonresult", "view_garment", "view_modelimage")


def engine_of(row):
    return TryOnResult.objects.get(pk=row.pk).account_id


def test_move__queues_the_rows_and_names_the_others(clerk, failed):
    running = make_try_on(status=Status.RUNNING)

    response = clerk.post_json(
        "try-ons/move/", {"engine": "toy", "try_ons": [failed.pk, running.pk, 10**12]}
    )

    answer = response.json()
    assert response.status_code == 200
    assert (answer["engine"], answer["model"]) == ("toy", "toy-1")
    assert answer["moved"] == [failed.pk]
    assert answer["staying"] == [
        {"id": running.pk, "reason": "The engine works on it, and may bill it."}
    ]
    assert (answer["estimate"]["cost"], answer["estimate"]["currency"]) == ("1.00", "USD")
    assert (engine_of(failed), engine_of(running)) == ("toy", "default")


def test_dry_run__returns_the_same_and_changes_nothing(clerk, failed):
    body = {"engine": "toy", "model": "toy-2", "try_ons": [failed.pk]}

    tried = clerk.post_json("try-ons/move/", {**body, "dry_run": True}).json()

    assert engine_of(failed) == "default"
    assert clerk.post_json("try-ons/move/", body).json() == tried


def test_batch__moves_as_a_whole(clerk, failed):
    other = make_try_on(status=Status.FAILED)

    answer = clerk.post_json("try-ons/move/", {"engine": "toy", "batch": str(failed.batch)}).json()

    assert answer["moved"] == [failed.pk]
    assert engine_of(other) == "default"


@pytest.mark.parametrize(
    "body",
    [
        {"engine": "toy"},
        {"engine": "toy", "try_ons": []},
        {"engine": "toy", "try_ons": [1], "batch": str(uuid.uuid4())},
        {"engine": "toy", "try_ons": ["x"]},
        {"try_ons": [1]},
        {"engine": "toy", "try_ons": [1], "key": "x"},
    ],
)
def test_body__that_is_invalid_is_refused(clerk, body):
    assert clerk.post_json("try-ons/move/", body).status_code == 400


def test_engine_that_is_unknown__is_refused(clerk, failed):
    response = clerk.post_json("try-ons/move/", {"engine": "sold", "try_ons": [failed.pk]})

    assert response.status_code == 422
    assert response.json()["code"] == "UnknownEngine"


def test_rows_that_the_user_may_not_see__do_not_move(staff_with, failed):
    user = staff_with("add_tryonresult", "view_garment", "view_modelimage")

    answer = user.post_json("try-ons/move/", {"engine": "toy", "try_ons": [failed.pk]}).json()

    assert answer["moved"] == []
    assert engine_of(failed) == "default"


def test_inputs_that_the_user_may_not_see__do_not_move(staff_with, failed):
    user = staff_with("add_tryonresult", "view_tryonresult", "view_garment")
    type(failed.model_image).objects.update(is_active=False)

    assert not user.post_json("try-ons/move/", {"engine": "toy", "try_ons": [failed.pk]}).json()[
        "moved"
    ]
    assert engine_of(failed) == "default"
