from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_outfitanyone import check_picture
from django_outfitanyone.admin import try_on_form
from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.jobs import try_on
from django_outfitanyone.models import Garment, TryOnResult
from tests.admin.forms import try_on_form_data
from tests.admin.matrix import cells_on, sent_by, words_on
from tests.admin.pages import address, estimate_on, hidden, problems_on, text_of
from tests.drawing import picture
from tests.factories import make_garment, make_model_image, make_product, make_try_on
from tests.local_engine import LARGE, TWO_PEOPLE

pytestmark = pytest.mark.django_db


@pytest.fixture
def garments():
    return [make_garment(name=f"Shirt {number}") for number in range(3)]


@pytest.fixture
def photos():
    return [make_model_image(name=name) for name in ("Anna", "Bea")]


@pytest.fixture
def show(site):
    """Send the form with a button, and return the page."""

    def show(garments, photos, *, button="_recalculate", **fields):
        data = try_on_form_data(garments, photos, **fields)
        return site.post("tryonresult_add", **{button: 1, **data})

    return show


def copies(row, count):
    """Insert rows like this one, whose pictures differ."""
    names = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    columns = {name: getattr(row, name) for name in names}
    rows = (type(row)(**{**columns, "sha256": f"{number:064x}"}) for number in range(count))
    return type(row).objects.bulk_create(rows)


def ordered():
    """Return garment and photo of each stored row."""
    rows = TryOnResult.objects.order_by("number")
    return [(row.garments[0], row.model_image) for row in rows]


class TestCells:
    def test_are_all_on_at_first(self, show, garments, photos):
        page = show(garments, photos)

        assert len(cells_on(page)) == 3
        assert all(
            values == [str(photo.pk) for photo in photos] for values in cells_on(page).values()
        )
        assert words_on(page) == [("new", "new CNY 0.50")] * 6

    def test_existing_picture_is_free_and_linked(self, show, garments, photos):
        done = make_try_on(model_image=photos[1], garments=garments[:1])
        request = try_on.TryOnRequest(photos[1], garments[:1])
        fingerprint = try_on.as_row(request, try_on.TryOnOptions()).fingerprint
        TryOnResult.objects.filter(pk=done.pk).update(fingerprint=fingerprint)

        page = show(garments[:1], photos)

        assert words_on(page) == [("new", "new CNY 0.50"), ("exists", "exists, free view")]
        assert f'href="{address("tryonresult_change", done.pk)}"' in text_of(page)
        anew = show(garments[:1], photos, force_new="on")
        assert [kind for kind, _text in words_on(anew)] == ["new", "new"]

    def test_same_picture_twice_is_paid_for_once(self, show, photos):
        shirt = make_garment()
        (copy,) = copies(shirt, 1)
        Garment.objects.filter(pk=copy.pk).update(sha256=shirt.sha256)

        page = show([shirt, copy], photos[:1])

        assert words_on(page) == [("new", "new CNY 0.50"), ("new", "same as another")]
        assert "1 of them already exists and is free" in estimate_on(page)
        off = show([shirt, copy], photos[:1], cells_off=f"{shirt.pk}:{photos[0].pk}")
        assert words_on(off) == [("new", "new CNY 0.50")] * 2

    def test_candidates_are_counted(self, show, garments, photos):
        page = show(garments[:1], photos[:1], count=3)

        assert words_on(page) == [("new", "new × 3 CNY 1.50")]

    def test_prices_are_hidden_from_who_may_not_see_costs(self, site_with_only, garments, photos):
        permissions = ("add_tryonresult", "generate", "view_garment", "view_modelimage")
        site = site_with_only(*permissions)
        data = try_on_form_data(garments[:1], photos[:1])

        page = site.post("tryonresult_add", **data, _recalculate=1)

        assert words_on(page) == [("new", "new")]
        site = site_with_only(*permissions, "see_costs")
        page = site.post("tryonresult_add", **data, _recalculate=1)
        assert words_on(page) == [("new", "new CNY 0.50")]

    def test_link_to_the_picture_needs_the_view_permission(self, site_with):
        done = make_try_on(garments=[make_garment()])
        request = try_on.TryOnRequest(done.model_image, done.garments)
        fingerprint = try_on.as_row(request, try_on.TryOnOptions()).fingerprint
        TryOnResult.objects.filter(pk=done.pk).update(fingerprint=fingerprint)
        site = site_with("add_tryonresult", "view_garment", "view_modelimage")
        data = try_on_form_data(done.garments, [done.model_image])

        page = site.post("tryonresult_add", **data, _recalculate=1)

        assert words_on(page) == [("exists", "exists, free")]


class TestSwitches:
    def test_cell_that_is_off_is_not_made_and_not_counted(self, site, show, garments, photos):
        off = [(garments[0], photos[0]), (garments[2], photos[1])]
        fields = sent_by(show(garments, photos), without=off)

        page = show(garments, photos, **fields)

        assert estimate_on(page).startswith("4 pictures; about CNY 2.02;")
        show(garments, photos, **fields, button="_order")
        pairs = [(garment, photo) for photo in photos for garment in garments]
        assert ordered() == [pair for pair in pairs if pair not in off]

    def test_cell_stays_off_while_garments_and_photos_change(self, show, garments, photos):
        off = [(garments[0], photos[0])]
        page = show(garments[:1], photos, **sent_by(show(garments[:1], photos), without=off))
        for chosen, on in [(garments[1:], photos), (garments, photos[1:]), (garments, photos)]:
            page = show(chosen, on, **sent_by(page))

        ticked = cells_on(page)
        assert ticked[f"cell-{garments[0].pk}"] == [str(photos[1].pk)]
        assert len(ticked[f"cell-{garments[1].pk}"]) == len(photos)

    @pytest.mark.parametrize("button", ["_row", "_column"])
    def test_button_switches_a_row_or_a_column_off_and_on(self, show, garments, photos, button):
        value = garments[1].pk if button == "_row" else photos[1].pk
        page = show(garments, photos)

        off = show(garments, photos, **sent_by(page), button=button, **{button: value})

        count = 4 if button == "_row" else 3
        assert estimate_on(off).startswith(f"{count} pictures;")
        on = show(garments, photos, **sent_by(off), button=button, **{button: value})
        assert estimate_on(on).startswith("6 pictures;")

    def test_button_of_a_row_that_is_partly_on_switches_it_on(self, show, garments, photos):
        fields = sent_by(show(garments, photos), without=[(garments[0], photos[0])])

        page = show(garments, photos, **fields, button="_row", _row=garments[0].pk)

        assert estimate_on(page).startswith("6 pictures;")

    def test_all_off_is_said_and_nothing_is_ordered(self, show, garments, photos):
        page = show(garments[:1], photos[:1])
        fields = sent_by(page, without=[(garments[0], photos[0])])

        page = show(garments[:1], photos[:1], **fields, button="_order")

        assert problems_on(page) == ["All pictures are switched off. Switch on at least one."]
        assert words_on(page)
        assert not TryOnResult.objects.exists()

    @pytest.mark.parametrize("junk", ["x", "1:2:3", "9" * 40 + ":1", "-1:5 ::", "0" * 5000])
    @pytest.mark.parametrize("field", ["cells_off", "cells_wearers", "cells_shown", "_row"])
    def test_junk_is_ignored(self, show, garments, photos, field, junk):
        page = show(garments[:1], photos[:1], **{field: junk})

        assert estimate_on(page).startswith("1 picture;")


class TestRefusals:
    @pytest.fixture
    def crowd(self, local_engine):
        """A photo that the engine would refuse."""
        local_engine.person = [TWO_PEOPLE]
        photo = make_model_image(name="Crowd", data=picture(1, size=LARGE))
        check_picture(photo)
        return photo

    def test_unsuitable_photo_is_left_out_and_the_rest_is_made(
        self, show, messages_of, garments, photos, crowd
    ):
        page = show(garments[:2], [photos[0], crowd])

        assert [kind for kind, _text in words_on(page)] == ["new", "refused"] * 2
        assert estimate_on(page).startswith("2 pictures;")
        text = text_of(page)
        assert "2 pictures are left out, because the engine would refuse them." in text
        assert "“Crowd”: There are several people in the photo." in text
        done = show(garments[:2], [photos[0], crowd], button="_order")
        assert {photo for _garment, photo in ordered()} == {photos[0]}
        assert "2 pictures are left out" in messages_of(done)[0]

    def test_kind_that_the_engine_cannot_wear_is_left_out(self, show, photos):
        shirt, boots = make_garment(), make_garment(GarmentKind.SHOES, name="Boots")

        page = show([shirt, boots], photos[:1])

        assert [kind for kind, _text in words_on(page)] == ["new", "refused"]
        assert "“Boots”: The engine cannot try on this kind of garment (shoes)" in text_of(page)
        show([shirt, boots], photos[:1], button="_order")
        assert [garment for garment, _photo in ordered()] == [shirt]

    def test_refused_cell_is_on_again_with_an_engine_that_can(self, show, photos, wears_everything):
        shirt, boots = make_garment(), make_garment(GarmentKind.SHOES)
        page = show([shirt, boots], photos[:1])
        wears_everything()

        page = show([shirt, boots], photos[:1], **sent_by(page))

        assert estimate_on(page).startswith("2 pictures;")

    def test_only_refused_pictures_refuse_the_order(self, show, garments, crowd):
        page = show(garments, [crowd], button="_order")

        assert "“Crowd”: There are several people in the photo." in problems_on(page)[0]
        assert [kind for kind, _text in words_on(page)] == ["refused"] * 3
        assert not TryOnResult.objects.exists()


class TestWearers:
    def one_each(self, show, garments, photos, **fields):
        return show(garments, photos, wearers="one", **fields)

    def test_each_outfit_is_on_the_first_photo(self, show, garments, photos):
        page = self.one_each(show, garments, photos)

        assert list(cells_on(page).values()) == [[str(photos[0].pk)]] * 3
        assert estimate_on(page).startswith("3 pictures;")

    def test_another_photo_is_chosen_for_one_outfit(self, show, garments, photos):
        fields = sent_by(self.one_each(show, garments, photos))
        fields[f"cell-{garments[1].pk}"] = [photos[1].pk]

        page = self.one_each(show, garments, photos, **fields)
        self.one_each(show, garments, photos, **sent_by(page), button="_order")

        assert dict(ordered()) == {
            garments[0]: photos[0],
            garments[1]: photos[1],
            garments[2]: photos[0],
        }

    def test_photo_is_chosen_for_all_outfits(self, show, garments, photos):
        fields = sent_by(self.one_each(show, garments, photos))
        chosen = {"button": "_column", "_column": photos[1].pk}

        page = self.one_each(show, garments, photos, **fields, **chosen)

        assert list(cells_on(page).values()) == [[str(photos[1].pk)]] * 3

    def test_outfit_is_switched_off_and_on(self, show, garments, photos):
        row = {"button": "_row", "_row": garments[0].pk}
        page = self.one_each(show, garments, photos)

        off = self.one_each(show, garments, photos, **sent_by(page), **row)
        on = self.one_each(show, garments, photos, **sent_by(off), **row)

        assert estimate_on(off).startswith("2 pictures;")
        assert estimate_on(on).startswith("3 pictures;")

    def test_photo_that_is_gone_gives_way_to_the_first(self, show, garments, photos):
        fields = sent_by(self.one_each(show, garments, photos))

        page = self.one_each(show, garments, photos[1:], **fields)

        assert list(cells_on(page).values()) == [[str(photos[1].pk)]] * 3

    def test_both_ways_keep_their_own_choices(self, show, garments, photos):
        every = show(garments, photos)
        every = show(garments, photos, **sent_by(every, without=[(garments[0], photos[0])]))

        one = self.one_each(show, garments, photos, **sent_by(every))
        again = show(garments, photos, **sent_by(one))

        assert estimate_on(one).startswith("3 pictures;")
        assert cells_on(again) == cells_on(every)


class TestPairings:
    def test_default_outfit_of_a_product(self, show, photos):
        suit = make_product()
        jacket, other = make_garment(product=suit), make_garment(product=suit)
        trousers = make_garment(GarmentKind.BOTTOM, product=suit)
        chosen = [other, trousers, jacket]

        page = show(chosen, photos[:1], combining="default")

        assert list(cells_on(page)) == [f"cell-{jacket.pk}-{trousers.pk}"]
        assert 'value="default"' in text_of(page)

    def test_default_outfit_is_offered_where_a_product_has_several(self, show, photos):
        suit = make_product()
        chosen = [make_garment(product=suit), make_garment(GarmentKind.BOTTOM, product=suit)]

        assert 'value="default"' not in text_of(show(chosen, photos))

    def test_garments_without_a_product_are_worn_alone(self, site, photos):
        chosen = [make_garment(), make_garment(GarmentKind.BOTTOM)]
        Garment.objects.update(product=None)
        keys = ",".join(str(garment.pk) for garment in chosen)

        page = site.get("tryonresult_add", garments=keys, photos=photos[0].pk)

        assert list(cells_on(page)) == [f"cell-{garment.pk}" for garment in chosen]
        assert 'value="product"' not in text_of(page)

    def test_order_has_a_largest_size(self, show, garments, photos, monkeypatch):
        monkeypatch.setattr(try_on_form, "MAX_CELLS", 3)

        assert problems_on(show(garments[:2], photos[:2])) == [
            "The request has 4 try-ons. At most 3 are allowed in one request."
        ]
        assert problems_on(show(garments[:1], photos[:2])) == []

    def test_every_top_with_every_bottom(self, show, photos):
        tops = [make_garment() for _ in range(2)]
        bottoms = [make_garment(GarmentKind.BOTTOM) for _ in range(2)]
        dress = make_garment(GarmentKind.ONE_PIECE)

        page = show([dress, *tops, *bottoms], photos[:1], combining="outfits")

        pairs = [f"cell-{top.pk}-{bottom.pk}" for top in tops for bottom in bottoms]
        assert list(cells_on(page)) == [*pairs, f"cell-{dress.pk}"]


class TestSize:
    def test_queries_do_not_depend_on_the_cells(self, show, configure):
        configure(BUDGET_PER_DAY=Decimal(50))
        product = make_product()
        garments = [make_garment(product=product)]
        garments += copies(garments[0], 29)
        photos = [make_model_image()]
        photos += copies(photos[0], 8)

        show(garments[:1], photos[:1])  # fills the caches of the process
        with CaptureQueriesContext(connection) as few:
            show(garments[:3], photos[:2])
        with CaptureQueriesContext(connection) as many:
            page = show(garments, photos)

        assert len(words_on(page)) == 270
        assert len(many) == len(few)

    def test_rows_beyond_what_is_shown_are_counted_and_said(self, show, monkeypatch, photos):
        monkeypatch.setattr("django_outfitanyone.admin.matrix.MAX_ROWS", 2)
        garments = [make_garment() for _ in range(4)]

        page = show(garments, photos)

        assert len(words_on(page)) == 4
        assert "2 more outfits are not shown here." in text_of(page)
        assert estimate_on(page).startswith("8 pictures;")

    def test_further_rows_are_shown_and_switched_off_on_pages(self, show, monkeypatch, photos):
        monkeypatch.setattr("django_outfitanyone.admin.matrix.MAX_ROWS", 2)
        garments = [make_garment() for _ in range(5)]
        first = show(garments, photos)
        off = sent_by(first, without=[(garments[0], photos[0])])

        page = show(garments, photos, **off, button="cells_start", cells_start=2)
        assert list(cells_on(page)) == [f"cell-{garment.pk}" for garment in garments[2:4]]
        assert re.findall(r'name="cells_start" value="(\d)" class', text_of(page)) == list("024")
        off = sent_by(page, without=[(garments[3], photo) for photo in photos])
        page = show(garments, photos, **off, cells_start=2)

        assert estimate_on(page).startswith("7 pictures;")
        assert hidden(page, "cells_start") == "2"
        junk = show(garments, photos, **sent_by(page), cells_start=99)
        assert len(words_on(junk)) == 4

    def test_matrix_sends_no_more_fields_than_django_accepts(self, show, settings, photos):
        settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 184
        garments = [make_garment() for _ in range(4)]

        assert len(words_on(show(garments, photos))) == 4


class TestPage:
    def test_table_has_headers_for_rows_and_columns(self, show, garments, photos):
        table = (
            text_of(show(garments, photos)).partition("<table aria-")[2].partition("</table>")[0]
        )

        assert len(re.findall(r'<th scope="col"', table)) == 3
        assert len(re.findall(r'<th scope="row"', table)) == 3
        labels = re.findall(r'aria-labelledby="([^"]*) cell-[^"]*"', table)
        assert len(labels) == 6
        assert all(f'id="{one}"' in table for label in labels for one in label.split())

    def test_script_gets_the_matrix_only_if_it_may_have_changed(self, show, garments, photos):
        page = show(garments, photos, button="_summary", _summary="1")
        assert 'data-for="outfit-matrix"' in text_of(page)
        assert 'data-for="outfit-photos"' not in text_of(page)

        page = show(garments, photos, button="_summary", _summary="cells")
        assert estimate_on(page)
        assert "data-for" not in text_of(page)

        page = show(garments, photos, button="_summary", _summary="filter")
        assert 'data-for="outfit-photos"' in text_of(page)

    def test_numbers_are_not_written_with_separators(self, show, settings, garments):
        settings.USE_THOUSAND_SEPARATOR = True
        photo = make_model_image(pk=123456)

        assert cells_on(show(garments[:1], [photo])) == {f"cell-{garments[0].pk}": ["123456"]}

    def test_budget_that_is_left_is_shown(self, show, configure, garments, photos):
        configure(BUDGET_PER_DAY=Decimal(10))

        text = text_of(show(garments[:1], photos))

        assert "CNY 10.00 of the budget is left now, CNY 8.98 after this order." in text

    def test_time_follows_the_submit_rate(self, show, configure, garments, photos):
        configure(SUBMITS="1/60s", CONCURRENT_TASKS=5)

        assert estimate_on(show(garments, photos)).endswith("about 5 minutes")
        assert hidden(show(garments, photos), "shown_costs") == "CNY=3.032"
