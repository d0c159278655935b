from __future__ import annotations

import re

import pytest

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.models import TryOnResult
from tests.admin.forms import try_on_form_data
from tests.admin.pages import address, estimate_on, hidden, text_of
from tests.factories import make_garment, make_model_image, make_product

pytestmark = pytest.mark.django_db


def test_garment_action__opens_the_form_with_the_selection_in_one_field(site):
    selected = [make_garment(name=f"No. {number}") for number in range(3)]
    make_garment(name="not me")
    make_model_image(name="Anna")
    make_model_image(name="gone", is_active=False)

    response = site.select("garment", "try_on", selected)

    page = text_of(response)
    assert response.status_code == 200
    assert {int(pk) for pk in hidden(response, "garments").split(",")} == {g.pk for g in selected}
    assert "No. 2" in page
    assert "not me" not in page
    assert "Anna" in page
    assert "gone" not in page


def test_product_action__selects_their_garments_and_names_products_without(site, messages_of):
    dressed, bare = make_product(), make_product(title="Umbrella")
    garment = make_garment(product=dressed)

    response = site.select("product", "try_on", [dressed, bare])

    assert hidden(response, "garments") == str(garment.pk)
    assert messages_of(response) == [
        "Umbrella has no garment picture and cannot be tried on. Add one to it first."
    ]


def test_product_action__without_any_garment_stays_on_the_changelist(site):
    products = [make_product(title=f"Umbrella {number}") for number in range(8)]

    response = site.post(
        "product_changelist",
        action="try_on",
        _selected_action=[product.pk for product in products],
        follow=True,
    )

    assert response.redirect_chain[-1][0] == address("product_changelist")
    assert "and 3 more have no garment picture" in text_of(response)


@pytest.mark.parametrize("model", ["garment", "product"])
def test_page_of_a_garment_or_product__has_a_link_to_try_it_on(site, site_with, model):
    product = make_product()
    garments = [make_garment(product=product) for _ in range(2 if model == "product" else 1)]
    make_garment()
    pk = product.pk if model == "product" else garments[0].pk
    selection = ",".join(str(garment.pk) for garment in garments)
    link = f'href="{address("tryonresult_add")}?garments={selection}"'

    assert link in text_of(site.get(f"{model}_change", pk))
    assert link in text_of(site_with(f"view_{model}", "add_tryonresult").get(f"{model}_change", pk))
    assert link not in text_of(site_with(f"view_{model}").get(f"{model}_change", pk))


def test_photo_action__offers_the_garments_on_the_page(site):
    photo, garment = make_model_image(), make_garment()
    make_model_image()

    page = text_of(site.select("modelimage", "try_on_photos", [photo]))

    assert re.search(rf'name="photos" value="{photo.pk}"[^>]* checked', page)
    assert f'name="pick" value="{garment.pk}"' in page
    response = site.post(
        "tryonresult_add", **try_on_form_data([], [photo], pick=[garment.pk]), _order=1
    )
    assert response.status_code == 302
    assert TryOnResult.objects.get().garments[0] == garment


def test_photo_action__refuses_inactive_photos(site, messages_of):
    response = site.select("modelimage", "try_on_photos", [make_model_image(is_active=False)])

    (text,) = messages_of(response)
    assert text.startswith("None of these photos is offered for try-ons. Tick “offered for")


def test_page__takes_the_selection_from_a_link(site):
    garment, photo = make_garment(), make_model_image()
    make_model_image()

    response = site.get("tryonresult_add", garments=f"{garment.pk},junk", photos=photo.pk)

    assert hidden(response, "garments") == str(garment.pk)
    assert estimate_on(response).startswith("1 picture;")


def test_page__selects_the_only_photo(site):
    make_model_image()

    response = site.get("tryonresult_add", garments=make_garment().pk)

    assert estimate_on(response)


def test_page__of_an_empty_shop_links_to_the_first_steps(site):
    page = text_of(site.get("tryonresult_add"))

    assert address("garment_add") in page
    assert address("modelimage_add") in page


def test_page__has_a_new_batch_each_time(site):
    garment = make_garment()

    first, second = (site.get("tryonresult_add", garments=garment.pk) for _ in range(2))

    assert hidden(first, "batch") != hidden(second, "batch")


def test_combining__offers_choices_that_make_a_difference(site):
    top, other_top, bottom = make_garment(), make_garment(), make_garment(GarmentKind.BOTTOM)
    suit = make_product()
    jacket = make_garment(product=suit)
    trousers = make_garment(GarmentKind.BOTTOM, product=suit)

    def offered(*garments):
        page = text_of(site.select("garment", "try_on", garments))
        return re.findall(r'name="combining" value="(\w+)"', page)

    assert offered(top, other_top) == []
    assert offered(top, bottom) == ["alone", "outfits"]
    assert offered(jacket, trousers) == ["alone", "product", "outfits"]


def test_combining__defaults_to_the_pieces_of_a_product(site):
    suits = [make_product() for _ in range(2)]
    for suit in suits:
        make_garment(product=suit)
        make_garment(GarmentKind.BOTTOM, product=suit)
    photo = make_model_image()

    response = site.select("product", "try_on", suits)
    assert (
        'value="product"'
        in re.search(r'<input[^>]*name="combining"[^>]*checked', text_of(response))[0]
    )
    data = try_on_form_data([], [photo], combining="product")
    data["garments"] = hidden(response, "garments")
    site.post("tryonresult_add", **data, _order=1)

    rows = TryOnResult.objects.order_by("number")
    assert [row.garments[0].product for row in rows] == suits
    assert [row.garments[1].product for row in rows] == suits


def test_combining__leaves_a_dress_alone(site):
    garments = [
        make_garment(),
        make_garment(GarmentKind.BOTTOM),
        make_garment(GarmentKind.ONE_PIECE),
    ]
    data = try_on_form_data(garments, [make_model_image()], combining="outfits")

    response = site.post("tryonresult_add", **data, _recalculate=1)

    assert estimate_on(response).startswith("2 pictures;")
    assert "A dress or jumpsuit is always tried on alone." in text_of(response)


def test_enter_key__recalculates_only(site, stopped_account):
    """Browsers press the first submit button of a form."""
    make_model_image()

    page = text_of(site.get("tryonresult_add", garments=make_garment().pk))

    form = page[page.index('id="outfit-order"') :]
    assert 'name="_recalculate"' in re.search(r"<button[^>]*type=\"submit\"[^>]*>", form)[0]


def test_unknown_ids__are_ignored(site):
    garment = make_garment()

    response = site.get("tryonresult_add", garments=f"{garment.pk},{10**17},{10**30},-3,x")

    assert hidden(response, "garments") == str(garment.pk)


def test_page__has_no_inline_style_or_script(site):
    make_model_image()
    page = text_of(site.get("tryonresult_add", garments=make_garment().pk))

    assert " style=" not in page
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\son\w+=", page)
