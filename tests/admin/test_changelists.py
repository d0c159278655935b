from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from django_outfitanyone.actions import parse_clothes
from django_outfitanyone.admin import large_table
from django_outfitanyone.choices import GarmentKind, Review, Status
from tests.admin.pages import text_of
from tests.factories import (
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_staff,
    make_try_on,
)

pytestmark = pytest.mark.django_db


def make_outfit_try_on():
    garments = [make_garment(), make_garment(GarmentKind.BOTTOM)]
    return make_try_on(garments=garments, requested_by=make_staff())


def make_parsed_photo():
    make_hotspot(photo := make_model_image())
    return photo


def make_parse():
    parse_clothes(make_outfit_try_on(), requested_by=make_staff())


@pytest.mark.parametrize(
    ("model", "make"),
    [
        ("tryonresult", make_outfit_try_on),
        ("garment", make_garment),
        ("product", lambda: make_garment().product),
        ("modelimage", make_parsed_photo),
        ("clothesparse", make_parse),
    ],
)
def test_changelist__takes_as_many_queries_for_9_rows_as_for_3(
    site, model, make, django_assert_num_queries
):
    for _ in range(3):
        make()
    site.get(f"{model}_changelist")
    with CaptureQueriesContext(connection) as for_three:
        site.get(f"{model}_changelist")
    for _ in range(6):
        make()

    with django_assert_num_queries(len(for_three)):
        assert site.get(f"{model}_changelist").context["cl"].result_count == 9


@pytest.mark.parametrize(
    ("model", "first_step"),
    [
        ("tryonresult", "Select garments in their list and choose “Try on…”"),
        ("garment", "Add a garment with its picture first"),
        ("product", "Add a product with a picture of each of its garments first"),
        ("modelimage", "Add a photo of a person"),
        ("clothesparse", "choose “Parse clothes”"),
        ("charge", "Try on a garment"),
        ("account", "try on a garment first"),
    ],
)
def test_empty_changelist__says_what_to_do_first(site, model, first_step):
    assert first_step in text_of(site.get(f"{model}_changelist"))


def test_changelist__has_no_first_step_with_rows_or_a_search(site):
    make_garment()

    for query in ({}, {"q": "unknown"}):
        assert "outfit-first-step" not in text_of(site.get("garment_changelist", **query))


def test_try_ons__show_status_and_review_as_text(site):
    make_try_on(review=Review.APPROVED)
    make_try_on(status=Status.RUNNING)
    make_try_on(status=Status.NEEDS_ATTENTION)

    page = text_of(site.get("tryonresult_changelist"))

    for word in ("succeeded", "approved", "running", "needs attention"):
        assert f"</span> {word}</span>" in page
    assert "CNY 0.50" in page


def test_try_ons__are_searched_by_photo_garment_product_task_and_batch(site):
    product = make_product(title="Cargo trousers")
    wanted = make_try_on(
        garments=[make_garment(GarmentKind.BOTTOM, product=product, name="grey ones")],
        remote_task_id="task-abc",
    )
    make_try_on()

    words = [wanted.model_image.name, "grey ones", "Cargo", "task-abc", str(wanted.batch)]

    for word in words:
        rows = site.get("tryonresult_changelist", q=word).context["cl"].result_list
        assert list(rows) == [wanted], word


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status__exact": "failed"}, "failed"),
        ({"review__exact": "rejected"}, "rejected"),
        ({"remote_model": "aitryon"}, "cheap"),
        ({"is_preview__exact": "1"}, "preview"),
        ({"published": "yes"}, "published"),
    ],
)
def test_try_ons__are_filtered(site, query, expected):
    rows = {
        "failed": make_try_on(status=Status.FAILED),
        "rejected": make_try_on(review=Review.REJECTED),
        "cheap": make_try_on(remote_model="aitryon"),
        "preview": make_try_on(is_preview=True),
        "published": make_try_on(review=Review.APPROVED, published_at=timezone.now()),
    }

    rows_found = site.get("tryonresult_changelist", **query).context["cl"].result_list

    assert list(rows_found) == [rows[expected]]


def test_garments__are_searched_by_product(site):
    wanted = make_garment(product=make_product(title="Parka"))
    make_garment()

    rows = site.get("garment_changelist", q="parka").context["cl"].result_list

    assert list(rows) == [wanted]


def test_model_photos__are_switched_off_in_the_changelist(site):
    photo = make_model_image()

    site.post(
        "modelimage_changelist",
        **{
            "form-TOTAL_FORMS": 1,
            "form-INITIAL_FORMS": 1,
            "form-0-id": photo.pk,
            "_save": "Save",
        },
    )

    photo.refresh_from_db()
    assert not photo.is_active


def test_try_ons__wake_the_worker_while_a_row_is_open(site, monkeypatch):
    wakeups = []
    monkeypatch.setattr(
        "django_outfitanyone.admin.try_on.wake_if_idle", lambda: wakeups.append(True)
    )
    make_try_on()
    site.get("tryonresult_changelist")
    assert not wakeups

    make_try_on(status=Status.QUEUED)
    site.get("tryonresult_changelist")
    assert wakeups


@pytest.mark.parametrize("page", ["tryonresult_changelist", "clothesparse_changelist"])
def test_large_table__is_never_read_completely(site, page, django_assert_max_num_queries):
    """By default Django does so for the count, ``date_hierarchy`` and the choices of a filter."""
    with django_assert_max_num_queries(20) as captured:
        site.get(page)
    statements = [query["sql"] for query in captured.captured_queries]

    assert not [sql for sql in statements if "DISTINCT" in sql or "MIN(" in sql]
    assert all("LIMIT" in sql for sql in statements if "COUNT(" in sql)


def test_large_table__is_counted_up_to_a_limit(site, monkeypatch):
    monkeypatch.setattr(large_table, "MAX_COUNT", 2)
    for _ in range(3):
        make_try_on()

    assert site.get("tryonresult_changelist").context["cl"].result_count == 2
