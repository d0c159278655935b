from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_outfitanyone.actions import parse_clothes
from django_outfitanyone.choices import GarmentKind, Review, Status
from django_outfitanyone.models import ClothesParse
from tests.admin.pages import text_of
from tests.drawing import picture
from tests.factories import (
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_staff,
    make_try_on,
)
from tests.work import work

pytestmark = pytest.mark.django_db


def a_try_on():
    garments = [make_garment(), make_garment(GarmentKind.BOTTOM)]
    return make_try_on(garments=garments, requested_by=make_staff())


def a_photo():
    make_hotspot(photo := make_model_image())
    return photo


def a_search():
    parse_clothes(a_try_on(), requested_by=make_staff())


@pytest.mark.parametrize(
    ("model", "make"),
    [
        ("tryonresult", a_try_on),
        ("garment", make_garment),
        ("product", lambda: make_garment().product),
        ("modelimage", a_photo),
        ("clothesparse", a_search),
    ],
)
def test_list__takes_as_many_queries_for_30_rows_as_for_3(
    site, model, make, django_assert_num_queries
):
    for _ in range(3):
        make()
    site.get(f"{model}_changelist")
    with CaptureQueriesContext(connection) as for_three:
        site.get(f"{model}_changelist")
    for _ in range(27):
        make()

    with django_assert_num_queries(len(for_three)):
        assert site.get(f"{model}_changelist").context["cl"].result_count == 30


def test_list_of_try_ons__says_in_words_where_things_stand(site):
    make_try_on(review=Review.APPROVED)
    make_try_on(status=Status.RUNNING)
    make_try_on(status=Status.NEEDS_ATTENTION)

    page = text_of(site.get("tryonresult_changelist"))

    for word in ("succeeded", "approved", "running", "needs attention"):
        assert f"</span> {word}</span>" in page
    assert "CNY 0.50" in page


def test_list_of_try_ons__is_searched_by_person_garment_product_task_and_batch(site):
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
def test_list_of_try_ons__is_filtered(site, query, expected):
    from django.utils import timezone

    rows = {
        "failed": make_try_on(status=Status.FAILED),
        "rejected": make_try_on(review=Review.REJECTED),
        "cheap": make_try_on(remote_model="aitryon"),
        "preview": make_try_on(is_preview=True),
        "published": make_try_on(review=Review.APPROVED, published_at=timezone.now()),
    }

    found = site.get("tryonresult_changelist", **query).context["cl"].result_list

    assert list(found) == [rows[expected]]


def test_list_of_garments__is_searched_by_product(site):
    wanted = make_garment(product=make_product(title="Parka"))
    make_garment()

    rows = site.get("garment_changelist", q="parka").context["cl"].result_list

    assert list(rows) == [wanted]


def test_list_of_photos__switches_them_off_in_place(site):
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


def test_searches__taken_over_from_the_same_picture_are_marked(site, remote):
    paid, reused = (parse_clothes(make_model_image(data=picture(4711))) for _ in range(2))
    work()

    assert "reused, free" in text_of(site.get("clothesparse_change", reused.pk))
    assert "reused, free" not in text_of(site.get("clothesparse_change", paid.pk))


def test_searches__are_there_to_look_at_only(site):
    parse_clothes(make_model_image())
    search = ClothesParse.objects.get()

    page = text_of(site.get("clothesparse_change", search.pk))

    assert site.get("clothesparse_add").status_code == 403
    assert 'name="_save"' not in page
    assert "queued" in page


def test_failed_search__says_who_can_mend_it_and_is_tried_again(site, said):
    parse_clothes(make_model_image())
    search = ClothesParse.objects.get()
    ClothesParse.objects.update(
        status=Status.FAILED, error_code="InvalidApiKey", error_message="Invalid API-key."
    )

    assert "the owner of the API account" in text_of(site.get("clothesparse_change", search.pk))
    response = site.select("clothesparse", "search_again", [search])

    search.refresh_from_db()
    assert search.status == Status.QUEUED
    assert said(response) == ["1 search is tried again."]


def test_search__is_given_up(site, said):
    parse_clothes(make_model_image())
    parse_clothes(photo := make_model_image())
    photo.clothesparses.update(status=Status.SUCCEEDED)

    response = site.select("clothesparse", "give_up", ClothesParse.objects.all())

    assert ClothesParse.objects.filter(status=Status.CANCELED).count() == 1
    assert said(response) == [
        "1 search given up.",
        "What is “succeeded” cannot be canceled.",
    ]


def test_lists__ring_the_runner_while_something_is_open(site, monkeypatch):
    rung = []
    monkeypatch.setattr("django_outfitanyone.admin.try_on.wake_if_idle", lambda: rung.append(True))
    make_try_on()
    site.get("tryonresult_changelist")
    assert not rung

    make_try_on(status=Status.QUEUED)
    site.get("tryonresult_changelist")
    assert rung


@pytest.mark.parametrize("page", ["tryonresult_changelist", "clothesparse_changelist"])
def test_big_list__never_reads_every_row(site, page, django_assert_max_num_queries):
    """What Django does by itself for a count, for days to choose from, for a filter's choices."""
    with django_assert_max_num_queries(20) as heard:
        site.get(page)
    statements = [query["sql"] for query in heard.captured_queries]

    assert not [sql for sql in statements if "DISTINCT" in sql or "MIN(" in sql]
    assert all("LIMIT" in sql for sql in statements if "COUNT(" in sql)


def test_big_list__counts_as_far_as_anybody_leafs(site, monkeypatch):
    from django_outfitanyone.admin import big_lists

    monkeypatch.setattr(big_lists, "MOST_COUNTED", 2)
    for _ in range(3):
        make_try_on()

    assert site.get("tryonresult_changelist").context["cl"].result_count == 2
