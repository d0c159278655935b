from __future__ import annotations

import re

import pytest
from django.utils import timezone

from django_outfitanyone.actions import parse_clothes
from django_outfitanyone.choices import Review, Status
from django_outfitanyone.models import TryOnResult
from tests.admin.pages import address, text_of
from tests.factories import make_garment, make_hotspot, make_model_image, make_try_on

pytestmark = pytest.mark.django_db


def unclear(**columns):
    found = [
        {"task_id": "task-1", "state": "running", "submitted_at": "2026-11-21T10:00:02+00:00"},
        {"task_id": "task-2", "state": "odd", "submitted_at": ""},
    ]
    return make_try_on(
        status=Status.NEEDS_ATTENTION,
        submitted_at=timezone.now(),
        error_code="OutcomeUnknown",
        error_message="No answer came.",
        **{"remote_answer": {"candidates": found}, **columns},
    )


def test_page__shows_the_picture_beside_the_person_and_the_garments(site):
    try_on = make_try_on(model_image=make_model_image(name="Anna"), is_preview=True)

    page = text_of(site.get("tryonresult_change", try_on.pk))

    assert f'<image href="{try_on.image.url}"' in page
    assert try_on.model_image.thumbnail.url in page
    assert try_on.top_garment.thumbnail.url in page
    assert address("garment_change", try_on.top_garment_id) in page
    assert "preview" in page
    assert "CNY 0.50" in page


def test_page__has_nothing_to_type_but_hotspots(site):
    page = text_of(site.get("tryonresult_change", make_try_on().pk))

    fields = set(re.findall(r'<(?:input|select|textarea)[^>]* name="([^"]+)"', page))
    assert {name for name in fields if not name.startswith(("hotspots-", "_"))} <= {
        "csrfmiddlewaretoken",
        "verb",
        "next",
    }


def test_page__keeps_technical_details_in_a_closed_section(site):
    try_on = make_try_on(remote_answer={"output": {"task_status": "SUCCEEDED"}})

    page = text_of(site.get("tryonresult_change", try_on.pk))

    assert "collapse" in page
    assert try_on.fingerprint in page
    assert "task_status" in page


def test_page__explains_an_error(site):
    try_on = make_try_on(
        status=Status.FAILED,
        error_code="InvalidURL",
        error_message="The image could not be downloaded.",
        request_id="r-17",
    )

    page = text_of(site.get("tryonresult_change", try_on.pk))

    for text in ("The image could not be downloaded.", "Who can fix it:", "InvalidURL", "r-17"):
        assert text in page


def test_page__links_a_reused_picture_to_its_origin(site):
    first = make_try_on()
    second = make_try_on(reused_from=first)

    page = text_of(site.get("tryonresult_change", second.pk))

    assert f'<a href="{address("tryonresult_change", first.pk)}">Reused' in page


def test_page__offers_the_same_verbs_as_the_batch(site):
    try_on = make_try_on()

    response = site.post(
        "tryonresult_do",
        try_on.pk,
        verb="approve",
        next=f"{address('tryonresult_change', try_on.pk)}#try-on-{try_on.pk}",
    )

    try_on.refresh_from_db()
    assert try_on.review == Review.APPROVED
    assert response.url.startswith(address("tryonresult_change", try_on.pk))
    page = text_of(site.get("tryonresult_change", try_on.pk))
    assert re.findall(r'name="verb" value="(\w+)"', page) == ["reject", "publish"]


def test_page__of_a_row_that_is_gone_leads_home(site):
    assert site.get("tryonresult_change", 4711).status_code == 302


def test_page__survives_a_deleted_person_and_garment(site):
    try_on = make_try_on()
    make_hotspot(try_on)
    try_on.model_image.delete()
    try_on.top_garment.delete()

    assert site.get("tryonresult_change", try_on.pk).status_code == 200


def test_unclear__explains_and_lists_the_tasks_of_that_minute(site):
    page = text_of(site.get("tryonresult_change", unclear().pk))

    assert "no answer came back" in page
    assert "<code>task-1</code>" in page
    assert "is being made" in page
    assert "<code>task-2</code>" in page
    for label in ("Use this task", "Send again (may be paid twice)", "Give up"):
        assert label in page


def test_unclear__without_any_task_says_where_to_look(site):
    page = text_of(site.get("tryonresult_change", unclear(remote_answer={}).pk))

    assert "No task was found that may be this order." in page
    assert "Use this task" not in page


def test_unclear__adopts_the_task_that_is_named(site, said):
    try_on = unclear()

    response = site.post("tryonresult_adopt", try_on.pk, task="task-1")

    try_on.refresh_from_db()
    assert (try_on.status, try_on.remote_task_id) == (Status.RUNNING, "task-1")
    assert said(response) == ["The picture of this task is fetched."]
    assert response.url == address("tryonresult_change", try_on.pk)


def test_unclear__refuses_a_task_that_was_not_found(site, said):
    try_on = unclear()

    response = site.post("tryonresult_adopt", try_on.pk, task="task-9")

    try_on.refresh_from_db()
    assert try_on.status == Status.NEEDS_ATTENTION
    assert said(response) == ["Task task-9 is not among those found."]


@pytest.mark.parametrize(
    ("verb", "status"), [("retry", Status.QUEUED), ("cancel", Status.CANCELED)]
)
def test_unclear__is_sent_again_or_given_up(site, verb, status):
    try_on = unclear()

    site.post("tryonresult_do", try_on.pk, verb=verb)

    try_on.refresh_from_db()
    assert try_on.status == status


def test_adopting__is_not_a_link(site):
    assert site.get("tryonresult_adopt", unclear().pk).status_code == 405
    assert site.post("tryonresult_adopt", 4711, task="x").status_code == 404


@pytest.mark.parametrize(
    ("action", "before", "check"),
    [
        ("approve", {}, lambda row: row.review == Review.APPROVED),
        ("reject", {}, lambda row: row.review == Review.REJECTED),
        ("publish", {}, lambda row: row.published_at),
        (
            "unpublish",
            {"review": Review.APPROVED, "published_at": timezone.now()},
            lambda row: not row.published_at,
        ),
        ("cancel", {"status": Status.QUEUED}, lambda row: row.status == Status.CANCELED),
        ("retry", {"status": Status.FAILED}, lambda row: row.status == Status.QUEUED),
    ],
)
def test_list_action__does_it_to_all_that_are_ticked(site, said, action, before, check):
    ticked, other = [make_try_on(**before) for _ in range(2)], make_try_on(**before)

    response = site.select("tryonresult", action, ticked)

    assert all(check(row) for row in TryOnResult.objects.filter(pk__in=[r.pk for r in ticked]))
    other.refresh_from_db()
    assert not check(other)
    assert said(response)[0].startswith("2 pictures ")


def test_list_action__counts_refusals_by_reason(site, said):
    rows = [make_try_on(), make_try_on(status=Status.QUEUED), make_try_on(status=Status.QUEUED)]

    response = site.select("tryonresult", "approve", rows)

    assert said(response) == [
        "1 picture approved.",
        "2 × Only finished pictures can be reviewed; this one is “queued”.",
    ]


def test_find_clothes__counts_new_and_known_searches_and_their_cost(site, said):
    photos = [make_model_image() for _ in range(3)]
    parse_clothes(photos[0])

    response = site.select("modelimage", "parse_clothes", photos)

    assert said(response) == [
        "2 searches for clothes are queued and will cost at most CNY 0.008.",
        (
            "1 picture has been searched, or is being searched; nothing is paid for it. "
            "To search anew, use “Find clothes again”."
        ),
    ]


def test_find_clothes_again__says_that_it_is_paid_again(site, said):
    photo = make_model_image()
    parse_clothes(photo)
    photo.clothesparses.update(status=Status.SUCCEEDED, open_key=None)

    response = site.select("modelimage", "find_clothes_again", [photo])

    assert photo.clothesparses.count() == 2
    assert said(response) == [
        (
            "1 search for clothes is queued and will cost at most CNY 0.004. "
            "What was found before is paid for again."
        )
    ]


def test_find_clothes__in_results_skips_those_without_picture(site, said):
    rows = [make_try_on(), make_try_on(status=Status.QUEUED)]

    response = site.select("tryonresult", "parse_clothes", rows)

    assert said(response) == [
        "1 search for clothes is queued and will cost at most CNY 0.004.",
        "There is no picture yet to search.",
    ]


def test_unfinished__rings_the_runner(site, monkeypatch):
    rung = []
    monkeypatch.setattr("django_outfitanyone.admin.try_on.wake_if_idle", lambda: rung.append(True))

    site.get("tryonresult_change", make_try_on().pk)
    assert not rung
    site.get("tryonresult_change", make_try_on(status=Status.RUNNING).pk)
    assert rung


def test_queries__only_the_choice_of_a_product_costs_one_for_each_hotspot(
    site, django_assert_max_num_queries
):
    try_on = make_try_on()
    make_hotspot(try_on, product=make_garment().product)
    make_hotspot(try_on, "lower", product=make_garment().product)
    for _ in range(6):
        make_hotspot(try_on, None, product=make_garment().product)

    with django_assert_max_num_queries(17):  # one only before content types are cached
        site.get("tryonresult_change", try_on.pk)
