from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.utils import timezone

from django_outfitanyone.actions import parse_clothes, publish
from django_outfitanyone.choices import GarmentKind, Review, Status
from django_outfitanyone.models import ClothesParse, ModelImage, TryOnResult
from tests.admin.pages import text_of
from tests.factories import make_garment, make_model_image, make_published, make_try_on

pytestmark = pytest.mark.django_db


PAID_WARNING = "CNY 0.50 was paid for this. After deletion, making it again is charged again."


def test_paid_result__has_a_warning(site):
    assert PAID_WARNING in text_of(site.get("tryonresult_delete", make_try_on().pk))


@pytest.mark.parametrize("status", [Status.SUBMITTING, Status.RUNNING, Status.NEEDS_ATTENTION])
@pytest.mark.parametrize("bulk", [False, True])
def test_try_on_that_may_be_billed__cannot_be_deleted(site, status, bulk):
    try_on = make_try_on(status=status)

    page = text_of(
        site.select("tryonresult", "delete_selected", [try_on])
        if bulk
        else site.get("tryonresult_delete", try_on.pk)
    )
    assert "A request that may still be charged cannot be deleted." in page
    assert "protected" in page

    if bulk:
        site.select("tryonresult", "delete_selected", [try_on], post="yes")
    else:
        site.post("tryonresult_delete", try_on.pk, post="yes")
    assert TryOnResult.objects.filter(pk=try_on.pk).exists()


def test_photo_with_a_parse_that_may_be_billed__cannot_be_deleted(site):
    photo = make_model_image()
    parse_clothes(photo)
    ClothesParse.objects.update(status=Status.SUBMITTING)

    page = text_of(site.get("modelimage_delete", photo.pk))
    assert "A request that may still be charged cannot be deleted." in page
    site.post("modelimage_delete", photo.pk, post="yes")

    assert ModelImage.objects.exists()


def test_result_with_a_parse_that_may_be_billed__cannot_be_deleted(site):
    try_on = make_try_on()
    parse_clothes(try_on)
    ClothesParse.objects.update(status=Status.SUBMITTING)

    for page, row in (("tryonresult", try_on), ("clothesparse", ClothesParse.objects.get())):
        text = text_of(site.get(f"{page}_delete", row.pk))
        assert "A request that may still be charged cannot be deleted." in text


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("kind", ["try-on", "parse", "photo"])
def test_row_that_is_sent_after_the_deletion_was_checked__stays_and_the_page_says_so(
    site, messages_of, monkeypatch, kind, bulk
):
    """The confirmation found nothing that is protected, but the worker submits meanwhile."""
    row = make_try_on(status=Status.SUBMITTING) if kind == "try-on" else make_model_image()
    if kind != "try-on":
        parse = parse_clothes(row)
        row = parse if kind == "parse" else row
        ClothesParse.objects.update(status=Status.SUBMITTING)
    monkeypatch.setattr(
        "django_outfitanyone.admin.notices.NoticeMixin.get_deleted_objects",
        lambda *_args: ([], {}, set(), []),
    )
    name = type(row)._meta.model_name
    response = (
        site.select(name, "delete_selected", [row], post="yes")
        if bulk
        else site.post(f"{name}_delete", row.pk, post="yes")
    )

    (message,) = messages_of(response)
    assert "A request that may still be charged cannot be deleted." in message
    assert response.status_code == 302
    assert type(row).objects.filter(pk=row.pk).exists()


def test_free_result__has_no_warning(site):
    """Whatever happens to other pictures."""
    make_published(), make_try_on(status=Status.RUNNING)
    parse_clothes(make_model_image())
    ClothesParse.objects.update(status=Status.SUBMITTING)
    try_on = make_try_on(status=Status.CANCELED)

    assert "outfit-notice" not in text_of(site.get("tryonresult_delete", try_on.pk))


def test_bulk_deletion__warns_about_total_cost_and_published_pictures(site):
    rows = [make_try_on(), make_try_on(review=Review.APPROVED, published_at=timezone.now())]

    page = text_of(site.select("tryonresult", "delete_selected", rows))

    assert "CNY 1.00 was paid for this." in page
    assert "1 of the pictures is published in the shop and will be unpublished." in page
    assert TryOnResult.objects.count() == 2


@pytest.mark.parametrize("bulk", [False, True])
def test_deletion_of_a_published_picture__that_the_catalogue_refuses_is_reported(
    site, messages_of, monkeypatch, bulk
):
    def fail(*_args):
        raise ValueError("the gallery is locked")

    try_on = make_try_on()
    publish(try_on)
    monkeypatch.setattr("django_outfitanyone.catalogue.CatalogueAdapter.unpublish", fail)

    response = (
        site.select("tryonresult", "delete_selected", [try_on], post="yes")
        if bulk
        else site.post("tryonresult_delete", try_on.pk, post="yes")
    )

    (message,) = messages_of(response)
    assert "the gallery is locked" in message
    assert response.url == response.wsgi_request.get_full_path()
    assert [shown.level_tag for shown in get_messages(response.wsgi_request)] == ["error"]
    assert not LogEntry.objects.exists()
    try_on.refresh_from_db()
    assert try_on.published_at


@pytest.mark.parametrize("bulk", [False, True])
def test_deletion_of_a_published_picture__unpublishes_it(site, monkeypatch, bulk):
    calls = []
    monkeypatch.setattr(
        "django_outfitanyone.catalogue.CatalogueAdapter.unpublish",
        lambda self, product, _try_on: calls.append(product),
    )
    try_on = make_try_on()
    (garment,) = try_on.garments
    publish(try_on)
    if bulk:
        site.select("tryonresult", "delete_selected", [try_on], post="yes")
    else:
        site.post("tryonresult_delete", try_on.pk, post="yes")

    assert not TryOnResult.objects.exists()
    assert calls == [garment.product]


def test_paid_parse__has_a_warning(site):
    parse_clothes(make_model_image())
    ClothesParse.objects.update(cost="0.004", currency="CNY")

    page = text_of(site.get("clothesparse_delete", ClothesParse.objects.get().pk))

    assert "CNY 0.004 was paid for this." in page


@pytest.mark.parametrize("bulk", [False, True])
def test_used_photo__warning_suggests_to_untick_it(site, bulk):
    photo = make_try_on().model_image

    response = (
        site.select("modelimage", "delete_selected", [photo])
        if bulk
        else site.get("modelimage_delete", photo.pk)
    )

    page = text_of(response)
    assert "1 try-on result was made with this and stays." in page
    assert "Untick “offered for try-ons” instead of deleting it." in page


@pytest.mark.parametrize("kind", [GarmentKind.TOP, GarmentKind.BOTTOM])
@pytest.mark.parametrize("model", ["garment", "product"])
@pytest.mark.parametrize("bulk", [False, True])
def test_used_garment_or_product__warning_suggests_to_keep_it(site, model, bulk, kind):
    garment = make_garment(kind)
    make_try_on(garments=[garment])
    make_try_on(garments=[garment])
    row = garment if model == "garment" else garment.product

    response = (
        site.select(model, "delete_selected", [row])
        if bulk
        else site.get(f"{model}_delete", row.pk)
    )

    page = text_of(response)
    assert "2 try-on results were made with this and stay." in page
    assert "Consider keeping it." in page


def test_unused_rows__have_no_warning(site):
    """Whatever happens to other rows."""
    parse_clothes(make_try_on(garments=[make_garment(), make_garment(GarmentKind.BOTTOM)]))
    parse_clothes(make_model_image())
    ClothesParse.objects.update(status=Status.SUBMITTING)
    garment, photo = make_garment(), make_model_image()

    for page, row in (
        ("garment_delete", garment),
        ("product_delete", garment.product),
        ("modelimage_delete", photo),
    ):
        assert "outfit-notice" not in text_of(site.get(page, row.pk))


def test_bulk_deletion__needs_the_delete_permission(site_with):
    make_try_on()

    assert "delete_selected" not in site_with("change_tryonresult").offered_actions("tryonresult")
    assert "delete_selected" in site_with("view_tryonresult", "delete_tryonresult").offered_actions(
        "tryonresult"
    )
