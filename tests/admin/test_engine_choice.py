from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.models import Account, TryOnResult
from tests.admin.forms import try_on_form_data
from tests.admin.pages import address, estimate_on, make_button_on, problems_on, text_of
from tests.factories import make_garment, make_model_image
from tests.toy_engine import ToyEngine

pytestmark = pytest.mark.django_db

ENGINES = {
    "fashn": {"BACKEND": "django_outfitanyone.engines.fashn.Fashn", "API_KEY": "k"},
    "pruna": {"BACKEND": "django_outfitanyone.engines.p_image.PImage", "API_KEY": "k"},
    "toy": {"BACKEND": "tests.toy_engine.ToyEngine", "API_KEY": "k", "REMOTE_MODELS": ["toy-1"]},
    "preview": {"BACKEND": "tests.toy_engine.PreviewToy"},
}


@pytest.fixture(autouse=True)
def _engines(settings):
    engines = {**settings.OUTFITANYONE["ENGINES"], **ENGINES}
    settings.OUTFITANYONE = {**settings.OUTFITANYONE, "ENGINES": engines}


@pytest.fixture
def change_engine(settings):
    """Change keys of one engine."""

    def change(alias, **keys):
        engines = settings.OUTFITANYONE["ENGINES"]
        changed = {**engines, alias: {**engines[alias], **keys}}
        settings.OUTFITANYONE = {**settings.OUTFITANYONE, "ENGINES": changed}

    return change


@pytest.fixture
def post(site):
    """Post the form for these garments on one photo."""
    photo = make_model_image()

    def post(*garments, button="_recalculate", **changes):
        data = try_on_form_data(garments or [make_garment()], [photo], **changes)
        return site.post("tryonresult_add", **data, **{button: 1})

    return post


def words(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def card(response, value):
    """Return the text of an option."""
    cards = re.split(r'<div class="outfit-engine[ "]', text_of(response))[1:]
    (found,) = [one for one in cards if f'name="engine" value="{value}"' in one]
    return words(found.partition(">")[2].partition("</ul>")[0])


def offered(response, name):
    return re.findall(rf'type="radio" name="{name}" value="([^"]+)"', text_of(response))


def test_options__are_engines_and_their_models_the_default_first(site):
    found = offered(site.get("tryonresult_add"), "engine")

    assert found[:2] == ["default/aitryon-plus", "default/aitryon"]
    assert set(found[2:]) >= {"fashn/tryon-v1.6", "toy/toy-1", "preview/toy-preview"}


def test_option__shows_price_time_kinds_and_what_stays(post):
    text = card(post(), "fashn/tryon-v1.6")

    assert "FASHN, tryon-v1.6" in text
    assert "USD 0.075 per picture" in text
    assert "About 15 seconds per picture" in text
    assert "Wears: top, dress or jumpsuit, bottom" in text
    assert "Keeps the other clothes, keeps the face" in text


def test_price__is_that_of_the_chosen_outfits(site, post):
    top, bottom = make_garment(), make_garment(GarmentKind.BOTTOM)

    assert "from USD 1.00 per picture" in card(site.get("tryonresult_add"), "toy/toy-1")
    assert "USD 1.00 per picture" in card(post(top), "toy/toy-1")
    assert "from" not in card(post(top), "toy/toy-1")
    outfit = post(top, bottom, combining="outfits")
    assert "USD 1.50 per picture" in card(outfit, "toy/toy-1")
    # one garment a call: two calls
    assert "USD 0.15 per picture" in card(outfit, "fashn/tryon-v1.6")


def test_price__of_previews_and_sandboxes(post, change_engine):
    change_engine("fashn", BASE_URL="http://127.0.0.1:9/v1")

    assert "would cost USD 0.075 per picture" in card(post(), "fashn/tryon-v1.6")
    preview = card(post(), "preview/toy-preview")
    assert "free" in preview
    assert "Makes previews only" in preview


def test_price__that_is_not_known_is_said(post, change_engine):
    change_engine("fashn", PRICES={})

    assert "price not known" in card(post(), "fashn/tryon-v1.6")


@pytest.mark.parametrize(
    ("days", "warning"),
    [
        (-3, "The vendor announced its end for"),
        (0, "The vendor announced its end for"),
        (89, "The vendor ends it on"),
        (92, ""),
    ],
)
def test_end_date__is_a_warning_when_near_or_past(post, monkeypatch, days, warning):
    described, end = ToyEngine.capabilities("toy-1"), timezone.localdate() + timedelta(days=days)
    found = replace(described, ends_on=end)
    monkeypatch.setattr(ToyEngine, "capabilities", lambda _model, _options=None: found)

    text = card(post(), "toy/toy-1")

    assert ("The vendor" in text) == bool(warning)
    assert warning in text


def test_end_date__of_outfit_anyone_is_shown(post):
    assert date(2026, 10, 10) <= timezone.localdate()
    assert "Oct. 10, 2026" in card(post(), "default/aitryon-plus")


def test_engine_that_trains_on_pictures__has_a_warning(post, settings):
    flux = {"BACKEND": "django_outfitanyone.engines.flux_vto.FluxVTO", "API_KEY": "k"}
    engines = {**settings.OUTFITANYONE["ENGINES"], "flux": flux}
    settings.OUTFITANYONE = {**settings.OUTFITANYONE, "ENGINES": engines}
    response = post()

    assert "said to allow training on the pictures" in card(response, "flux/vto-v2")
    assert "train" not in card(response, "fashn/tryon-v1.6")


def test_kind_that_an_engine_does_not_wear__is_said_and_refused(post):
    dress = make_garment(GarmentKind.ONE_PIECE, name="Summer dress")

    response = post(dress, engine="toy/toy-1", button="_order")

    assert "cannot try on this kind of garment" in card(response, "toy/toy-1")
    assert "cannot try on" not in card(response, "fashn/tryon-v1.6")
    assert "Summer dress" in problems_on(response)[0]
    assert not TryOnResult.objects.exists()


def test_missing_key_and_stopped_account__are_said(post, change_engine, monkeypatch):
    monkeypatch.delenv("TOY_KEY", raising=False)
    change_engine("toy", API_KEY="")
    Account.objects.create(name="fashn", stopped_at=timezone.now())

    response = post()

    assert "No API key is set." in card(response, "toy/toy-1")
    assert "The account is stopped." in card(response, "fashn/tryon-v1.6")


def test_stopped_account__refuses_only_its_own_engine(post):
    Account.objects.create(name="fashn", stopped_at=timezone.now())

    assert (
        "The account is stopped."
        in problems_on(post(engine="fashn/tryon-v1.6", button="_order"))[0]
    )
    assert post(engine="toy/toy-1", button="_order").status_code == 302


def test_request__goes_to_the_chosen_engine(post):
    post(engine="toy/toy-1", button="_order")

    row = TryOnResult.objects.get()
    assert (row.account_id, row.remote_model) == ("toy", "toy-1")


def test_estimate__follows_the_engine(post):
    assert "CNY" in estimate_on(post(button="_summary"))
    response = post(engine="toy/toy-1", button="_summary")
    assert "USD 1.00 + CNY 0.004" in estimate_on(response)


@pytest.mark.parametrize("button", ["_summary", "_recalculate"])
def test_options__follow_the_engine(post, button):
    response = post(engine="toy/toy-1", button=button)

    assert offered(response, "resolution") == offered(response, "other_half") == []
    assert offered(response, "face") == []
    text = words(text_of(response))
    assert "This engine offers no choice of size" in text
    assert "This engine keeps everything that the garments do not cover." in text
    assert "This engine always keeps the face of the model photo." in text


def test_value_that_the_engine_lacks__is_changed_shown_and_not_ordered(post):
    stale = {"engine": "toy/toy-1", "resolution": "1280", "face": "replace"}

    response = post(**stale, button="_order")

    assert not TryOnResult.objects.exists()
    assert "“Size of the pictures” was changed: Toy, toy-1 does not offer" in text_of(response)
    assert "“The face” was changed" in text_of(response)
    assert 'name="resolution" value="-1"' in text_of(response)


@pytest.mark.parametrize("button", ["_summary", "_recalculate", "_order"])
@pytest.mark.parametrize(
    "stale",
    [
        {"engine": "sold/old-model"},
        {"engine": ""},
        {"resolution": "77"},
        {"resolution": "many"},
        {"face": "blur"},
        {"shown_costs": "all of it"},
    ],
)
def test_stale_or_odd_values__never_fail_or_order(post, button, stale):
    response = post(**stale, button=button)

    assert response.status_code == 200
    assert not TryOnResult.objects.exists()


def test_price_that_has_risen_since_it_was_shown__is_not_paid(site, post):
    shown = re.search(r'name="shown_costs" value="([^"]*)"', text_of(post()))[1]

    response = post(engine="toy/toy-1", shown_costs=shown, button="_order")

    assert not TryOnResult.objects.exists()
    assert "The price has changed." in text_of(response)
    assert make_button_on(response) == "Make 1 picture for USD 1.00 + CNY 0.004"


@pytest.mark.parametrize("engine", ["default/aitryon-plus", "default/aitryon"])
def test_price_that_is_the_same_or_lower__is_paid(post, engine):
    shown = re.search(r'name="shown_costs" value="([^"]*)"', text_of(post()))[1]

    assert post(engine=engine, shown_costs=shown, button="_order").status_code == 302


def test_large_order__is_asked_once_more_with_the_same_total(site, monkeypatch):
    monkeypatch.setattr("django_outfitanyone.admin.order_check.LARGE_ORDER", 2)
    data = try_on_form_data([make_garment()], [make_model_image() for _ in range(3)])

    asking = site.post("tryonresult_add", **data, _order=1)

    assert not TryOnResult.objects.exists()
    assert "This is a large order: 3 pictures;" in text_of(asking)
    assert re.search(r'id="outfit-make"[^>]* hidden', text_of(asking))
    assert "Confirm: Make 3 pictures for" in text_of(asking)
    done = site.post("tryonresult_add", **data, _confirm=1)
    assert done.url == address("tryonresult_batch", data["batch"])
    assert TryOnResult.objects.count() == 3


def test_order_over_budget__is_asked_once_more(post, configure):
    configure(BUDGET_PER_DAY=0)
    asking = post(button="_order")

    assert "The budget does not cover this order: 1 picture;" in text_of(asking)
    assert not TryOnResult.objects.exists()
    assert post(button="_confirm").status_code == 302


def test_free_order__is_never_asked_about(site, monkeypatch, configure):
    monkeypatch.setattr("django_outfitanyone.admin.order_check.LARGE_ORDER", 0)
    configure(PARSE_RESULTS=False)
    data = try_on_form_data([make_garment()], [make_model_image()], engine="preview/toy-preview")

    assert site.post("tryonresult_add", **data, _order=1).status_code == 302


def test_radio_buttons__are_described_by_their_facts(site):
    page = text_of(site.get("tryonresult_add"))

    described = re.findall(r'name="engine"[^>]*aria-describedby="([^"]+)"', page)
    assert described
    assert all(f'id="{one}"' in page for one in described)


def test_form__speaks_of_charges_only_where_the_engine_has_a_price(post):
    free = text_of(post(engine="preview/toy-preview"))
    paid = text_of(post(engine="toy/toy-1"))

    assert "charged" not in words(free)
    assert "Choose the best one on its page." in free
    assert "Each is charged." in paid
    assert "Every picture is then charged" in paid
