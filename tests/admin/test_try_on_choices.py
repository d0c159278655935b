"""Garments and model photos to choose from on the page “Try on garments”."""

from __future__ import annotations

import re

import pytest

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.models import TryOnResult
from tests.admin.forms import try_on_form_data
from tests.admin.pages import address, estimate_on, problems_on, text_of
from tests.factories import make_garment, make_model_image, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def few_offered(monkeypatch):
    monkeypatch.setattr("django_outfitanyone.admin.picture_choices.MAX_OFFERED", 3)
    monkeypatch.setattr("django_outfitanyone.admin.try_on_page.MAX_OFFERED", 3)


@pytest.fixture
def send(site):
    """Press “Recalculate” without garments from a list."""

    def send(photos=(), **fields):
        data = try_on_form_data([], photos, **fields)
        return site.post("tryonresult_add", **{"_recalculate": 1, **data})

    return send


def offered(response, name):
    """Return the names on the cards, and which of them are ticked."""
    cards = re.findall(
        rf'<input type="checkbox" name="{name}"([^>]*)>.*?<span>(.*?)</span>',
        text_of(response),
        re.DOTALL,
    )
    return [label for _tag, label in cards], [label for tag, label in cards if " checked" in tag]


class TestPhotos:
    def test_newest_are_offered(self, site, few_offered):
        for name in ("Eve", "Dora", "Cleo", "Bea", "Anna"):
            make_model_image(name=name)

        page = site.get("tryonresult_add")

        assert offered(page, "photos") == (["Anna", "Bea", "Cleo"], [])
        assert "the 3 newest are shown" in text_of(page)

    def test_filter_matches_each_word(self, send):
        for name in ("Anna, studio", "Anna, street", "Bea, studio"):
            make_model_image(name=name)

        assert offered(send(photo_filter="STUDIO anna"), "photos")[0] == ["Anna, studio"]
        page = send(photo_filter="beach")
        assert offered(page, "photos")[0] == []
        assert "No model photo matches the filter." in text_of(page)

    def test_chosen_ones_stay_and_come_first(self, send, few_offered):
        old = make_model_image(name="Zoe")
        for name in ("Bea", "Cleo", "Eve", "Anna"):
            make_model_image(name=name)

        page = send([old], photo_filter="e", pick=[make_garment().pk])

        assert offered(page, "photos") == (["Zoe", "Bea", "Cleo", "Eve"], ["Zoe"])
        assert estimate_on(page).startswith("1 picture;")

    def test_inactive_one_is_not_offered_even_if_it_was_chosen(self, send):
        photo = make_model_image(is_active=False)

        page = send([photo], pick=[make_garment().pk])

        assert offered(page, "photos") == ([], [])
        assert problems_on(page)


class TestGarments:
    def test_filter_by_name_product_and_kind(self, send):
        coat = make_product(title="Winter coat")
        make_garment(name="Lining", product=coat)
        make_garment(name="Shirt")
        make_garment(GarmentKind.BOTTOM, name="Winter trousers")

        assert offered(send(garment_filter="winter"), "pick")[0] == ["Winter trousers", "Lining"]
        both = send(garment_filter="winter", garment_kind="bottom")
        assert offered(both, "pick")[0] == ["Winter trousers"]
        assert "No garment matches the filter." in text_of(send(garment_filter="boots"))

    def test_products_do_not_match_for_who_may_not_view_them(self, site_with):
        make_garment(name="Lining", product=make_product(title="Secret coat"))
        site = site_with("add_tryonresult", "view_garment", "view_modelimage")
        data = try_on_form_data([], [], garment_filter="secret")

        page = site.post("tryonresult_add", **data, _recalculate=1)

        assert offered(page, "pick")[0] == []

    def test_chosen_ones_stay_whatever_the_filter(self, send, few_offered):
        shirt, photo = make_garment(name="Shirt"), make_model_image()
        for number in range(4):
            make_garment(name=f"Coat {number}")

        page = send([photo], pick=[shirt.pk], garment_filter="coat")

        assert offered(page, "pick") == (["Shirt", "Coat 3", "Coat 2", "Coat 1"], ["Shirt"])
        send([photo], pick=[shirt.pk], garment_filter="coat", _order=1)
        assert [row.garments[0] for row in TryOnResult.objects.all()] == [shirt]

    def test_others_are_added_to_a_selection_from_the_list(self, site):
        shirt, coat = make_garment(name="Shirt"), make_garment(name="Coat")
        photo = make_model_image()
        data = try_on_form_data([shirt], [photo])

        page = site.post("tryonresult_add", **data, garment_filter="coat", _recalculate=1)
        assert offered(page, "pick") == (["Coat"], [])
        assert re.search(r"<details[^>]* open>", text_of(page))

        data = {**data, "pick": [coat.pk, shirt.pk]}
        page = site.post("tryonresult_add", **data, _recalculate=1)
        assert estimate_on(page).startswith("2 pictures;")
        site.post("tryonresult_add", **data, _order=1)
        assert [row.garments[0] for row in TryOnResult.objects.order_by("number")] == [shirt, coat]

    def test_queries_do_not_depend_on_their_number(self, site, django_assert_max_num_queries):
        make_model_image()
        make_garment()
        site.get("tryonresult_add")
        with django_assert_max_num_queries(50) as one:
            site.get("tryonresult_add")
        for _ in range(4):
            make_garment()
            make_model_image()

        with django_assert_max_num_queries(len(one)):
            site.get("tryonresult_add")

    @pytest.mark.parametrize("junk", ["'\"<b>", "x" * 300, "\\", "%_"])
    def test_odd_filters_never_fail(self, send, junk):
        page = send(garment_filter=junk, photo_filter=junk, garment_kind=junk, pick=["x", "9" * 30])

        assert page.status_code == 200
        assert "<b>" not in text_of(page)


def test_empty_shop__links_to_the_first_steps_only_without_a_filter(send):
    assert address("modelimage_add") in text_of(send()).partition('id="outfit-order"')[2]
    filtered = text_of(send(photo_filter="x", garment_filter="x")).partition('id="outfit-order"')[2]
    assert address("modelimage_add") not in filtered
