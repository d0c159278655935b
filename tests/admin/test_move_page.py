from __future__ import annotations

import uuid

import pytest
from django.contrib.admin.models import LogEntry

from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account, TryOnResult
from tests.admin.pages import address, estimate_on, hidden, make_button_on, text_of
from tests.factories import make_garment, make_model_image, make_try_on

pytestmark = pytest.mark.django_db

TOY = {"BACKEND": "tests.toy_engine.ToyEngine", "API_KEY": "k", "REMOTE_MODELS": ["toy-1"]}
WHOLE_OUTFITS = {"BACKEND": "django_outfitanyone.engines.p_image.PImage", "API_KEY": "k"}


@pytest.fixture(autouse=True)
def _toy(settings):
    engines = {**settings.OUTFITANYONE["ENGINES"], "toy": TOY}
    settings.OUTFITANYONE = {**settings.OUTFITANYONE, "ENGINES": engines, "PARSE_RESULTS": False}


@pytest.fixture
def failed():
    photo, garment = make_model_image(name="Anna"), make_garment(name="Shirt")
    return make_try_on(
        status=Status.FAILED, error_code="ModelNotFound", model_image=photo, garments=[garment]
    )


def send(site, *rows, button="_order", engine="toy/toy-1", **data):
    keys = ",".join(str(row.pk) for row in rows)
    return site.post("tryonresult_move", try_ons=keys, engine=engine, **data, **{button: 1})


def engine_of(row):
    return TryOnResult.objects.get(pk=row.pk).account_id


def test_action__shows_count_price_and_what_stays_and_changes_nothing(site, failed):
    running = make_try_on(status=Status.RUNNING)

    response = site.select("tryonresult", "move", [failed, running])
    again = send(site, failed, running, button="_recalculate")

    assert hidden(response, "try_ons") == f"{failed.pk},{running.pk}"
    assert estimate_on(again) == "1 picture; about USD 1.00; about 5 seconds"
    assert make_button_on(again) == "Move 1 picture for USD 1.00"
    assert "1 × The engine works on it, and may bill it." in text_of(again)
    assert f"({running.pk})" in text_of(again)
    assert engine_of(failed) == "default"


def test_page__proposes_another_engine_that_does_not_end(site, failed):
    response = site.select("tryonresult", "move", [failed])

    assert 'value="toy/toy-1" ' in _checked(response)


def test_page__proposes_an_engine_that_wears_the_garments(site, settings):
    shop = settings.OUTFITANYONE
    settings.OUTFITANYONE = {**shop, "ENGINES": {**shop["ENGINES"], "whole": WHOLE_OUTFITS}}
    failed = make_try_on(status=Status.FAILED, garments=[make_garment(kind="shoes")])

    response = site.select("tryonresult", "move", [failed])

    assert 'value="whole/p-image-try-on" ' in _checked(response)


def _checked(response):
    return next(
        part for part in text_of(response).split("<input")[1:] if " checked" in part.split(">")[0]
    )


def test_move__queues_the_rows_and_reports_the_others(site, failed, messages_of):
    running = make_try_on(status=Status.RUNNING)

    response = send(site, failed, running, shown_costs="USD=1.00")

    assert response.url == address("tryonresult_batch", failed.batch)
    assert (engine_of(failed), engine_of(running)) == ("toy", "default")
    assert messages_of(response) == [
        "1 picture moved to Toy, toy-1.",
        "The engine works on it, and may bill it.",
    ]
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.change_message) == (str(failed.pk), "Moved to Toy, toy-1")


def test_move__of_several_batches_ends_on_the_list(site, failed):
    other = make_try_on(status=Status.FAILED)

    response = send(site, failed, other, shown_costs="USD=2.00")

    assert response.url == address("tryonresult_changelist")


def test_summary__is_available_as_a_fragment(site, failed):
    response = send(site, failed, button="_summary")

    assert "<html" not in text_of(response)
    assert 'data-label="Move 1 picture for USD 1.00"' in text_of(response)
    assert 'data-for="outfit-engine"' in text_of(response)


def test_price_that_has_risen__is_shown_first(site, failed):
    response = send(site, failed, shown_costs="USD=0.50")

    assert "The price has changed." in text_of(response)
    assert engine_of(failed) == "default"


def test_rows_that_all_stay__disable_the_button(site):
    response = send(site, make_try_on(), button="_recalculate")

    assert "None of these pictures can move to this engine." in text_of(response)
    assert 'id="outfit-make"' in text_of(response).partition(" disabled>Move these pictures")[0]


@pytest.mark.parametrize("engine", ["", "sold/old", "toy"])
def test_unknown_engine__moves_nothing(site, failed, engine):
    assert send(site, failed, engine=engine).status_code == 200
    assert engine_of(failed) == "default"


def test_missing_key__is_reported(site, failed, settings, monkeypatch):
    monkeypatch.delenv("TOY_KEY", raising=False)
    engines = {**settings.OUTFITANYONE["ENGINES"], "toy": {**TOY, "API_KEY": ""}}
    settings.OUTFITANYONE = {**settings.OUTFITANYONE, "ENGINES": engines}

    assert "has no API key" in text_of(send(site, failed))
    assert engine_of(failed) == "default"


def test_batch__can_be_moved_from_a_link(site, failed):
    make_try_on(status=Status.FAILED)

    response = site.get("tryonresult_move", batch=failed.batch)

    assert hidden(response, "try_ons") == str(failed.pk)
    assert hidden(site.get("tryonresult_move", batch="junk"), "try_ons") == ""
    assert hidden(site.get("tryonresult_move", batch=uuid.uuid4()), "try_ons") == ""


def test_rows_of_an_engine_that_is_gone__move(site, failed):
    TryOnResult.objects.update(account=Account.objects.create(name="sold"))

    assert site.select("tryonresult", "move", [failed]).status_code == 200
    send(site, failed)

    assert engine_of(failed) == "toy"


def test_move__needs_the_add_permission(site_with, failed):
    viewer = site_with("view_tryonresult", "change_tryonresult")

    assert "move" not in viewer.offered_actions("tryonresult")
    assert send(viewer, failed).status_code == 403
    assert viewer.get("tryonresult_move").status_code == 403
    assert engine_of(failed) == "default"


def test_pictures_that_the_user_may_not_use__stay(site_with, failed):
    clerk = site_with("view_tryonresult", "add_tryonresult", "view_garment")
    type(failed.model_image).objects.update(is_active=False)

    response = send(clerk, failed)

    assert "1 × The model photo or a garment is not available to you." in text_of(response)
    assert engine_of(failed) == "default"


def test_rows_that_the_user_may_not_see__stay(site_with, failed):
    clerk = site_with("add_tryonresult", "view_garment", "view_modelimage")

    send(clerk, failed)

    assert engine_of(failed) == "default"


def test_batch_page__links_to_the_move_of_its_failures(site, site_with, failed):
    link = f'href="{address("tryonresult_move")}?batch={failed.batch}"'
    viewer = site_with("view_tryonresult")

    assert link in text_of(site.get("tryonresult_batch", failed.batch))
    assert link not in text_of(viewer.get("tryonresult_batch", failed.batch))
    assert link not in text_of(site.get("tryonresult_batch", make_try_on().batch))


def test_filter__finds_rows_of_an_engine_that_is_gone(site, failed):
    sold = make_try_on(account=Account.objects.create(name="sold"))

    page = site.get("tryonresult_changelist", engine="sold")

    assert list(page.context["cl"].result_list) == [sold]
    assert "sold (no longer in the settings)" in text_of(page)
