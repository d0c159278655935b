from __future__ import annotations

import re
import uuid
from decimal import Decimal

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.jobs import try_on
from django_outfitanyone.models import Account, Garment, TryOnResult
from tests.admin.pages import address, hidden, text_of
from tests.factories import make_garment, make_model_image, make_product, make_staff, make_try_on

pytestmark = pytest.mark.django_db

BOTTOM, ONE_PIECE = GarmentKind.BOTTOM, GarmentKind.ONE_PIECE


def answers(garments, photos, **changes):
    """What the browser sends when the form is filled in."""
    return {
        "garments": ",".join(str(garment.pk) for garment in garments),
        "photos": [photo.pk for photo in photos],
        "combining": "alone",
        "model": "aitryon-plus",
        "resolution": "-1",
        "other_half": "keep",
        "face": "keep",
        "batch": str(uuid.uuid4()),
        **changes,
    }


def estimate_on(response):
    found = re.search(r'class="outfit-estimate">([^<]*)<', text_of(response))
    return found and found[1]


def problems_on(response):
    listed = text_of(response).partition('class="outfit-problems">')[2].partition("</ul>")[0]
    return re.findall(r"<li>([^<]*)</li>", listed)


def test_action_on_garments__opens_the_form_with_the_selection_in_one_field(site):
    chosen = [make_garment(name=f"No. {number}") for number in range(3)]
    make_garment(name="not me")
    make_model_image(name="Anna")
    make_model_image(name="gone", is_active=False)

    response = site.select("garment", "try_on", chosen)

    page = text_of(response)
    assert response.status_code == 200
    assert {int(pk) for pk in hidden(response, "garments").split(",")} == {g.pk for g in chosen}
    assert "No. 2" in page
    assert "not me" not in page
    assert "Anna" in page
    assert "gone" not in page


def test_action_on_products__takes_their_garments_and_names_products_without(site, said):
    dressed, bare = make_product(), make_product(title="Umbrella")
    garment = make_garment(product=dressed)

    response = site.select("product", "try_on", [dressed, bare])

    assert hidden(response, "garments") == str(garment.pk)
    assert said(response) == [
        "Umbrella has no garment picture and cannot be tried on. Add one to it first."
    ]


def test_action_on_products__without_any_garment_stays_on_the_list(site):
    products = [make_product(title=f"Umbrella {number}") for number in range(8)]

    response = site.post(
        "product_changelist",
        action="try_on",
        _selected_action=[product.pk for product in products],
        follow=True,
    )

    assert response.redirect_chain[-1][0] == address("product_changelist")
    assert "and 3 more have no garment picture" in text_of(response)


def test_action_on_photos__has_garments_picked_on_the_page(site):
    photo, garment = make_model_image(), make_garment()
    make_model_image()

    page = text_of(site.select("modelimage", "try_on_photos", [photo]))

    assert re.search(rf'name="photos" value="{photo.pk}"[^>]* checked', page)
    assert f'name="pick" value="{garment.pk}"' in page
    response = site.post("tryonresult_add", **answers([], [photo], pick=[garment.pk]), _order=1)
    assert response.status_code == 302
    assert TryOnResult.objects.get().top_garment == garment


def test_action_on_photos__says_when_none_is_offered(site, said):
    response = site.select("modelimage", "try_on_photos", [make_model_image(is_active=False)])

    assert said(response) == ["None of these photos is offered for try-ons; tick that first."]


def test_page__can_be_linked_to(site):
    garment, photo = make_garment(), make_model_image()
    make_model_image()

    response = site.get("tryonresult_add", garments=f"{garment.pk},junk", photos=photo.pk)

    assert hidden(response, "garments") == str(garment.pk)
    assert estimate_on(response).startswith("1 picture;")


def test_page__ticks_the_only_photo_there_is(site):
    make_model_image()

    response = site.get("tryonresult_add", garments=make_garment().pk)

    assert estimate_on(response)


def test_page__says_where_to_begin_in_an_empty_shop(site):
    page = text_of(site.get("tryonresult_add"))

    assert address("garment_add") in page
    assert address("modelimage_add") in page


def test_price__names_count_reuse_cost_and_time(site):
    garments, photos = [make_garment() for _ in range(4)], [make_model_image() for _ in range(2)]
    data = answers(garments, photos, other_half="replace")
    for garment in garments[:2]:
        done = make_try_on(model_image=photos[0], garments=[garment])
        wish = try_on.TryOnRequest(person=photos[0], top=garment)
        row = try_on.as_row(wish, try_on.Options(keep_other_half=False))
        TryOnResult.objects.filter(pk=done.pk).update(fingerprint=row.fingerprint)

    text = estimate_on(site.post("tryonresult_add", **data, _recalculate=1))

    assert text == (
        "8 pictures, 2 of them already exist and are free; about CNY 3.02; about 40 seconds"
    )
    again = site.post("tryonresult_add", **data, force_new="on", _recalculate=1)
    assert estimate_on(again) == "8 pictures; about CNY 4.03; about 40 seconds"


def test_price__is_refreshed_by_a_fragment(site):
    data = answers([make_garment()], [make_model_image()], model="aitryon", other_half="replace")

    response = site.post("tryonresult_add", **data, _summary=1)

    assert estimate_on(response) == "1 picture; about CNY 0.204; about 20 seconds"
    assert "<html" not in text_of(response)


def test_order__makes_the_rows_and_shows_them(site):
    top, bottom = make_garment(), make_garment(BOTTOM)
    photo = make_model_image()
    data = answers(
        [top, bottom],
        [photo],
        combining="outfits",
        model="aitryon",
        resolution="1024",
        face="replace",
        force_new="on",
    )

    response = site.post("tryonresult_add", **data, _order=1)

    assert response.url == address("tryonresult_batch", data["batch"])
    row = TryOnResult.objects.get()
    assert (row.model_image, row.top_garment, row.bottom_garment) == (photo, top, bottom)
    assert (row.remote_model, row.resolution, row.keep) == ("aitryon", 1024, "")
    assert (row.restore_face, row.force_new) == (False, True)
    assert row.requested_by.username == "admin"


@pytest.mark.parametrize(("other_half", "kept"), [("keep", "lower"), ("replace", "")])
def test_order__keeps_or_replaces_the_other_half(site, other_half, kept):
    data = answers([make_garment()], [make_model_image()], other_half=other_half)

    site.post("tryonresult_add", **data, _order=1)

    assert TryOnResult.objects.get().keep == kept


def test_order__in_the_order_of_the_selection(site):
    garments, photos = [make_garment() for _ in range(3)][::-1], [make_model_image()]

    site.post("tryonresult_add", **answers(garments, photos), _order=1)

    rows = TryOnResult.objects.order_by("number")
    assert [row.top_garment for row in rows] == garments


def test_order__sent_twice_is_one_batch_and_says_so(site, said):
    data = answers([make_garment()], [make_model_image()])

    site.post("tryonresult_add", **data, _order=1)
    again = site.post("tryonresult_add", **data, _order=1)

    assert again.url == address("tryonresult_batch", data["batch"])
    assert TryOnResult.objects.count() == 1
    assert said(again) == [
        "This form was sent before: here is what it asked for. Nothing is paid twice."
    ]


def test_each_form__has_a_batch_of_its_own(site):
    garment = make_garment()

    first, second = (site.get("tryonresult_add", garments=garment.pk) for _ in range(2))

    assert hidden(first, "batch") != hidden(second, "batch")


def test_combining__is_offered_where_it_makes_a_difference(site):
    top, other_top, bottom = make_garment(), make_garment(), make_garment(BOTTOM)
    suit = make_product()
    jacket = make_garment(product=suit)
    trousers = make_garment(BOTTOM, product=suit)

    def offered(*garments):
        page = text_of(site.select("garment", "try_on", garments))
        return re.findall(r'name="combining" value="(\w+)"', page)

    assert offered(top, other_top) == []
    assert offered(top, bottom) == ["alone", "outfits"]
    assert offered(jacket, trousers) == ["alone", "product", "outfits"]


def test_combining__puts_the_pieces_of_a_product_together_when_it_starts_from_products(site):
    suits = [make_product() for _ in range(2)]
    for suit in suits:
        make_garment(product=suit)
        make_garment(BOTTOM, product=suit)
    photo = make_model_image()

    response = site.select("product", "try_on", suits)
    assert (
        'value="product"'
        in re.search(r'<input[^>]*name="combining"[^>]*checked', text_of(response))[0]
    )
    data = answers([], [photo], combining="product")
    data["garments"] = hidden(response, "garments")
    site.post("tryonresult_add", **data, _order=1)

    rows = TryOnResult.objects.order_by("number")
    assert [row.top_garment.product for row in rows] == suits
    assert [row.bottom_garment.product for row in rows] == suits


def test_combining__a_dress_stays_alone(site):
    garments = [make_garment(), make_garment(BOTTOM), make_garment(ONE_PIECE)]
    data = answers(garments, [make_model_image()], combining="outfits")

    response = site.post("tryonresult_add", **data, _recalculate=1)

    assert estimate_on(response).startswith("2 pictures;")
    assert "A dress or jumpsuit is always tried on alone." in text_of(response)


@pytest.mark.parametrize("button", ["_order", "_recalculate", "_summary"])
def test_without_photo__says_so_and_keeps_the_choices(site, button):
    make_model_image()
    data = answers([make_garment()], [], resolution="1280")

    response = site.post("tryonresult_add", **data, **{button: 1})

    assert problems_on(response) == ["Choose at least one model photo."]
    assert not TryOnResult.objects.exists()
    if button != "_summary":
        assert re.search(r'name="resolution" value="1280"[^>]* checked', text_of(response))
        assert hidden(response, "batch") == data["batch"]


def test_without_garment__says_so_and_keeps_the_photos(site):
    photo = make_model_image()
    make_garment()

    response = site.post("tryonresult_add", **answers([], [photo]), _order=1)

    assert problems_on(response) == ["Choose at least one garment."]
    assert re.search(rf'name="photos" value="{photo.pk}"[^>]* checked', text_of(response))


def test_without_key__says_so_and_keeps_the_choices(site, configure, monkeypatch):
    configure(API_KEY="")
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)
    photo = make_model_image()
    data = answers([make_garment()], [photo])

    response = site.post("tryonresult_add", **data, _order=1)

    assert problems_on(response)[0].startswith("No API key.")
    assert re.search(rf'name="photos" value="{photo.pk}"[^>]* checked', text_of(response))
    assert not TryOnResult.objects.exists()


def stop():
    Account.current()
    Account.objects.update(
        stopped_at=timezone.now(), stopped_code="Arrearage", stopped_message="Overdue."
    )


def test_stopped_account__says_who_can_mend_it_and_keeps_the_choices(site):
    stop()
    photo = make_model_image()

    response = site.post("tryonresult_add", **answers([make_garment()], [photo]), _order=1)

    page = text_of(response)
    assert problems_on(response) == ["Nothing can be ordered while the account is stopped."]
    assert "the owner of the API account" in page
    assert "Overdue." in page
    assert re.search(rf'name="photos" value="{photo.pk}"[^>]* checked', page)
    assert not TryOnResult.objects.exists()


def test_stopped_account__is_resumed_on_the_page_with_the_choices_kept(site):
    stop()
    photo = make_model_image()

    response = site.post("tryonresult_add", **answers([make_garment()], [photo]), _resume=1)

    assert not Account.current().is_stopped
    assert estimate_on(response)
    assert 'name="_resume"' not in text_of(response)


def test_stopped_account__is_not_resumed_by_those_who_may_not(site_of):
    stop()
    site = site_of("add_tryonresult")
    data = answers([make_garment()], [make_model_image()])

    response = site.post("tryonresult_add", **data, _resume=1)

    assert Account.current().is_stopped
    assert 'name="_resume"' not in text_of(response)


def test_enter_key__only_recalculates(site):
    """Browsers press the first button of a form, whatever it is."""
    stop()
    make_model_image()

    page = text_of(site.get("tryonresult_add", garments=make_garment().pk))

    form = page[page.index('id="outfit-order"') :]
    assert 'name="_recalculate"' in re.search(r"<button[^>]*type=\"submit\"[^>]*>", form)[0]


@override_settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=50)
def test_thousands__travel_in_one_field(site):
    product = make_product()
    first = make_garment(product=product)
    Garment.objects.bulk_create(
        Garment(
            product=product,
            kind=GarmentKind.TOP,
            image=first.image.name,
            thumbnail=first.thumbnail.name,
            width=first.width,
            height=first.height,
            sha256=f"{number:064x}",
        )
        for number in range(1200)
    )
    photo = make_model_image()

    response = site.select("garment", "try_on", [first], everything=True)
    assert text_of(response).count("<img") < 40
    assert "and 1177 more" in text_of(response)
    data = answers([], [photo])
    data["garments"] = hidden(response, "garments")
    assert estimate_on(site.post("tryonresult_add", **data, _summary=1)).startswith(
        "1201 pictures;"
    )
    site.post("tryonresult_add", **data, _order=1)

    assert TryOnResult.objects.count() == 1201


def test_queries__do_not_grow_with_the_selection(site, django_assert_max_num_queries):
    photo = make_model_image()
    data = answers([make_garment() for _ in range(20)], [photo])

    with django_assert_max_num_queries(14):
        site.post("tryonresult_add", **data, _recalculate=1)


def test_ids_that_nobody_has__are_ignored(site):
    garment = make_garment()

    response = site.get("tryonresult_add", garments=f"{garment.pk},{10**17},{10**30},-3,x")

    assert hidden(response, "garments") == str(garment.pk)


def test_form__is_protected_against_forgery():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_staff(is_superuser=True))

    data = answers([make_garment()], [make_model_image()])
    response = client.post(address("tryonresult_add"), {**data, "_order": 1})

    assert response.status_code == 403
    assert not TryOnResult.objects.exists()


def test_page__has_no_inline_style_or_script(site):
    make_model_image()
    page = text_of(site.get("tryonresult_add", garments=make_garment().pk))

    assert " style=" not in page
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\son\w+=", page)


def test_summary__says_that_the_budget_does_not_cover_it(site, configure):
    configure(BUDGET_PER_DAY=Decimal("0.30"))
    garment, photo = make_garment(), make_model_image()
    text = text_of(site.post("tryonresult_add", _summary="1", **answers([garment], [photo])))

    assert "Only CNY 0.30 is left of the budget" in text
