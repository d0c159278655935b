from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from shop.management.commands import seed
from shop.wardrobe import LOOKS, PIECES

from django_outfitanyone import actions, wakeup
from django_outfitanyone.account import rate_limits
from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.exceptions import AccountProblem
from django_outfitanyone.models import (
    Account,
    ClothesParse,
    Garment,
    ModelImage,
    Product,
    TryOnResult,
)
from outfitanyone_local.samples import MODELS
from tests.factories import (
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_published,
    make_staff,
    make_try_on,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop_settings")]

PAGES = ["/", "/clothes/", "/clothes/tops/", "/clothes/bottoms/", "/clothes/dresses/", "/looks/"]
POLICY = "Content-Security-Policy"


@pytest.fixture
def wakeups(monkeypatch):
    """One entry per wakeup of the worker."""
    wakeups = []
    monkeypatch.setattr(wakeup, "wake_again", lambda: wakeups.append(1))
    return wakeups


def make_look(title="Linen shirt", *, kind=GarmentKind.TOP):
    product = make_product(title=title)
    look = make_published(garments=[make_garment(kind, product=product)])
    make_hotspot(look, product=product)
    return look


def test_seed__fills_the_shop_and_every_page_shows_it(client, wakeups):
    call_command(seed.Command())
    assert Product.objects.count() == len(PIECES) == 12
    assert ModelImage.objects.count() == len(MODELS) == 5
    assert TryOnResult.objects.count() == len(LOOKS)
    for page in [*PAGES, *(f"/products/{product.slug}/" for product in Product.objects.all())]:
        assert client.get(page).status_code == 200, page
    assert client.login(username=seed.ADMIN[0], password=seed.ADMIN[1])
    assert client.get("/admin/").status_code == 200


def test_seed__again_changes_nothing_that_was_edited(wakeups):
    call_command(seed.Command())
    Product.objects.filter(slug="oxford-shirt").update(price=1)
    counted = [model.objects.count() for model in (Product, Garment, TryOnResult)]
    call_command(seed.Command())
    assert counted == [model.objects.count() for model in (Product, Garment, TryOnResult)]
    assert Product.objects.get(slug="oxford-shirt").price == 1


def test_seed__asks_for_no_look_where_looks_cost_money(settings, wakeups):
    settings.IS_SANDBOX = False
    call_command(seed.Command())
    assert ModelImage.objects.exists()
    assert not TryOnResult.objects.exists()


@pytest.mark.parametrize("status", [Status.FAILED, Status.NEEDS_ATTENTION])
def test_seed__asks_again_for_a_look_that_is_missing(wakeups, status):
    call_command(seed.Command())
    TryOnResult.objects.update(status=status)
    call_command(seed.Command())
    assert set(TryOnResult.objects.values_list("status", flat=True)) == {Status.QUEUED}


def test_seed__repeats_a_parse_that_blocks_looks(wakeups):
    parse = actions.parse_clothes(make_model_image(), ["upper"])
    ClothesParse.objects.update(status=Status.NEEDS_ATTENTION, submitted_at=timezone.now())
    call_command(seed.Command())
    parse.refresh_from_db()
    assert parse.status == Status.QUEUED


@pytest.mark.parametrize("page", [*PAGES, "/admin/login/", "/nothing/here/"])
def test_every_page__forbids_inline_style_and_script(client, page):
    policy = client.get(page).headers[POLICY]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "://" not in policy


@pytest.mark.parametrize("page", [*PAGES, "/nothing/here/"])
def test_every_page__keeps_to_that_itself(client, page):
    make_look()
    html = client.get(page).content.decode()
    for forbidden in ("<style", "<script", " style=", "javascript:", "//fonts.", 'src="http'):
        assert forbidden not in html


def test_looks_page__shows_finished_pictures_with_links_to_product_pages(client):
    look = make_look()
    html = client.get("/looks/").content.decode()
    assert look.image.url in html
    assert html.count(f'href="/products/{look.garments[0].product.slug}/"') == 2  # card, list
    assert html.count("outfit-hotspot ") == 1


def test_looks_page__shows_what_is_being_made_and_wakes_the_worker(client, wakeups):
    make_try_on(status=Status.QUEUED, garments=[make_garment(product=make_product(title="Cape"))])
    html = client.get("/looks/").content.decode()
    assert "1 look being made" in html
    assert "Cape" in html
    assert wakeups


def test_look__is_shown_once_it_is_published(client):
    look = make_try_on(requested_by=make_staff())
    seed.publish_looks()  # leaves what a person requested to that person
    assert look.image.url not in client.get("/looks/").content.decode()
    actions.publish(look)
    assert look.image.url in client.get("/looks/").content.decode()


def test_seed__publishes_its_finished_looks_unless_a_person_decided(client, wakeups):
    call_command(seed.Command())
    finished, unpublished, rejected = make_try_on(), make_published(), make_try_on()
    actions.unpublish(unpublished)
    actions.reject(rejected)
    call_command(seed.Command())
    html = client.get("/looks/").content.decode()
    assert finished.image.url in html
    assert unpublished.image.url not in html
    assert rejected.image.url not in html


@pytest.mark.parametrize("page", ["/", "/looks/"])
def test_pages__say_that_no_worker_is_running(client, wakeups, page):
    make_try_on(status=Status.QUEUED, due_at=timezone.now() - timedelta(minutes=2))
    html = client.get(page).content.decode()
    assert "No worker is running, so 1 look waits." in html
    assert "<code>python manage.py qcluster</code>" in html
    assert "being made" not in html.lower()


@pytest.mark.parametrize("page", ["/", "/looks/"])
def test_pages__say_which_looks_are_missing_and_why(client, wakeups, page):
    cape = make_garment(product=make_product(title="Cape"))
    look = make_try_on(
        garments=[cape], status=Status.FAILED, error_code="PictureTooSmall", error_message="50 px."
    )
    make_try_on(status=Status.FAILED, requested_by=make_staff())
    html = client.get(page).content.decode()
    assert "1 look is missing:" in html
    assert "Cape: failed. 50 px. Use a larger photo." in html
    assert f'href="/admin/django_outfitanyone/tryonresult/{look.pk}/change/"' in html
    assert "being made" not in html.lower()


@pytest.mark.parametrize("page", ["/", "/looks/"])
def test_pages__say_what_holds_all_looks_up(client, wakeups, page):
    make_try_on(status=Status.QUEUED)
    rate_limits.stop(Account.of(), AccountProblem("The key is unknown.", code="NoKey"))
    html = client.get(page).content.decode()
    assert "1 look waits. The account is stopped: The key is unknown." in html
    assert "being made" not in html.lower()


def test_pages__say_that_looks_take_long(client, wakeups):
    make_try_on(status=Status.QUEUED, queued_at=timezone.now() - timedelta(minutes=6))
    Account.of()
    Account.objects.update(runner_expires_at=timezone.now())
    assert "1 of them takes longer than usual" in client.get("/").content.decode()


def test_looks_page__says_which_looks_are_blocked(client, wakeups):
    columns = {"status": Status.PREPARING, "error_code": "SearchNeedsAttention"}
    make_try_on(**columns)
    html = client.get("/looks/").content.decode()
    assert "1 look is missing:" in html
    assert ": blocked. " in html
    assert "Open the clothes parse and retry or cancel it." in html
    assert '<span class="waiting-label">Blocked</span>' in html
    assert "being made" not in html.lower()


def test_rejected_look__is_shown_nowhere(client):
    look = make_look()
    actions.reject(look)
    for page in ["/", "/looks/", f"/products/{look.garments[0].product.slug}/"]:
        assert look.image.url not in client.get(page).content.decode()


def test_product_page__shows_looks_and_what_else_is_worn_in_them(client):
    shirt, jeans = make_product(title="Linen shirt"), make_product(title="Wide jeans")
    garments = [make_garment(product=shirt), make_garment(GarmentKind.BOTTOM, product=jeans)]
    look = make_published(garments=garments)
    other = make_look("Rain coat")
    html = client.get(f"/products/{shirt.slug}/").content.decode()
    assert look.image.url in html
    assert "Wide jeans" in html
    assert other.image.url not in html
    assert "Rain coat" not in html


def test_category__holds_its_kind_of_clothes_only(client):
    make_look("Linen shirt")
    make_look("Wide jeans", kind=GarmentKind.BOTTOM)
    html = client.get("/clothes/bottoms/").content.decode()
    assert "Wide jeans" in html
    assert "Linen shirt" not in html
    assert client.get("/clothes/hats/").status_code == 404


def test_hidden_product__has_no_page(client):
    product = make_product(is_visible=False)
    assert client.get(f"/products/{product.slug}/").status_code == 404


@pytest.mark.parametrize("page", ["/", "/looks/", "/clothes/"])
def test_pages__cost_the_same_however_many_looks_there_are(
    client, page, django_assert_max_num_queries
):
    for _number in range(4):
        make_look()
    with django_assert_max_num_queries(10):
        client.get(page)
