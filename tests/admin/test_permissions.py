from __future__ import annotations

import pytest
from django.test import Client

from django_outfitanyone.actions import parse_clothes
from django_outfitanyone.choices import Review, Status
from django_outfitanyone.models import ClothesParse, TryOnResult
from tests.admin.pages import address, card_of, text_of
from tests.admin.test_try_on_page import answers
from tests.factories import make_garment, make_model_image, make_staff, make_try_on

pytestmark = pytest.mark.django_db

REVIEWING = {"approve", "reject", "publish", "unpublish", "cancel"}
SEARCHING = {"parse_clothes", "find_clothes_again"}


@pytest.mark.parametrize(
    ("permissions", "model", "expected"),
    [
        (["view_tryonresult"], "tryonresult", set()),
        (["change_tryonresult"], "tryonresult", REVIEWING | SEARCHING),
        (["view_tryonresult", "add_tryonresult"], "tryonresult", {"retry", "refine"}),
        (["view_garment"], "garment", set()),
        (["change_garment"], "garment", set()),
        (["view_garment", "add_tryonresult"], "garment", {"try_on"}),
        (["view_product", "add_tryonresult"], "product", {"try_on"}),
        (["view_product"], "product", set()),
        (["view_modelimage"], "modelimage", set()),
        (["change_modelimage"], "modelimage", SEARCHING),
        (["view_modelimage", "add_tryonresult"], "modelimage", {"try_on_photos"}),
        (["view_clothesparse"], "clothesparse", set()),
        (["change_clothesparse"], "clothesparse", {"search_again", "give_up"}),
    ],
)
def test_lists__offer_only_what_one_may_do(site_of, permissions, model, expected):
    parse_clothes(make_try_on())  # lists without rows have no actions

    assert site_of(*permissions).offered_actions(model) == expected


def test_list_action__is_not_carried_out_for_others(site_of):
    try_on, photo = make_try_on(), make_model_image()
    site = site_of("view_tryonresult", "view_modelimage", "view_garment")

    site.select("tryonresult", "approve", [try_on])
    site.select("modelimage", "parse_clothes", [photo])
    response = site.select("garment", "try_on", [try_on.top_garment])

    try_on.refresh_from_db()
    assert try_on.review == Review.TO_REVIEW
    assert not ClothesParse.objects.exists()
    assert "outfit-order" not in text_of(response)


def test_order__is_for_those_who_may_add_results(site_of):
    data = answers([make_garment()], [make_model_image()])
    site = site_of("view_tryonresult", "change_tryonresult")

    assert site.get("tryonresult_add").status_code == 403
    assert site.post("tryonresult_add", **data, _order=1).status_code == 403
    assert not TryOnResult.objects.exists()


def test_order__may_be_watched_by_who_asked_for_it(site_of):
    data = answers([make_garment()], [make_model_image()])
    site = site_of("add_tryonresult")

    response = site.post("tryonresult_add", **data, _order=1)

    assert TryOnResult.objects.get().requested_by == site.user
    assert site.client.get(response.url).status_code == 200


@pytest.mark.parametrize(
    ("verb", "permission", "status"),
    [
        ("approve", "change_tryonresult", Status.SUCCEEDED),
        ("reject", "change_tryonresult", Status.SUCCEEDED),
        ("publish", "change_tryonresult", Status.SUCCEEDED),
        ("cancel", "change_tryonresult", Status.QUEUED),
        ("retry", "add_tryonresult", Status.FAILED),
    ],
)
def test_button__is_shown_and_works_with_its_permission_only(site_of, verb, permission, status):
    try_on = make_try_on(status=status)
    button = f'name="verb" value="{verb}"'
    able, unable = (
        site_of("view_tryonresult", permission),
        site_of("view_tryonresult", *({"change_tryonresult", "add_tryonresult"} - {permission})),
    )

    assert button in card_of(able.get("tryonresult_batch", try_on.batch), try_on)
    assert button not in card_of(unable.get("tryonresult_batch", try_on.batch), try_on)
    for page, where in (("do", try_on.pk), ("batch_do", try_on.batch)):
        assert unable.post(f"tryonresult_{page}", where, verb=verb).status_code == 403
        assert able.post(f"tryonresult_{page}", where, verb=verb).status_code == 302


def test_decision__is_for_those_who_may_change_results(site_of):
    candidate = {"task_id": "task-1", "state": "running", "submitted_at": ""}
    try_on = make_try_on(status=Status.NEEDS_ATTENTION, remote_answer={"candidates": [candidate]})
    site = site_of("view_tryonresult")

    page = text_of(site.get("tryonresult_change", try_on.pk))

    assert "task-1" in page
    for label in ("Use this task", "Send again", "Give up"):
        assert label not in page
    assert site.post("tryonresult_adopt", try_on.pk, task="task-1").status_code == 403


@pytest.mark.parametrize("page", ["tryonresult_batch", "tryonresult_batch_cards"])
def test_batch__is_for_those_who_may_see_results(site_of, page):
    try_on = make_try_on()

    assert site_of("view_tryonresult").get(page, try_on.batch).status_code == 200
    assert site_of("view_garment").get(page, try_on.batch).status_code == 403


@pytest.mark.parametrize(
    ("page", "args"),
    [
        ("tryonresult_batch", ["11111111-2222-4333-8444-555555555555"]),
        ("tryonresult_batch_cards", ["11111111-2222-4333-8444-555555555555"]),
        ("tryonresult_batch_do", ["11111111-2222-4333-8444-555555555555"]),
        ("tryonresult_do", [1]),
        ("tryonresult_adopt", [1]),
        ("tryonresult_add", []),
        ("account_resume", ["default"]),
    ],
)
def test_pages__send_strangers_to_the_login(client, page, args):
    where = address(page, *args)

    for response in (client.get(where), client.post(where)):
        assert response.status_code == 302
        assert response.url.startswith("/admin/login/")


@pytest.mark.parametrize("page", ["tryonresult_do", "tryonresult_adopt"])
def test_buttons__are_protected_against_forgery(page):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_staff(is_superuser=True))

    assert client.post(address(page, make_try_on().pk), {"verb": "approve"}).status_code == 403


def test_view_only__sees_pages_without_buttons(site_of):
    try_on = make_try_on()
    site = site_of("view_tryonresult", "view_hotspot")

    page = text_of(site.get("tryonresult_change", try_on.pk))

    assert 'name="verb"' not in page
    assert 'name="_save"' not in page
    assert try_on.image.url in page
