"""Candidates and kinds of garments in the admin."""

from __future__ import annotations

import re

import pytest

from django_outfitanyone.choices import Review, Status
from django_outfitanyone.models import TryOnResult
from tests.admin.forms import try_on_form_data
from tests.admin.pages import address, estimate_on, text_of
from tests.factories import make_garment, make_model_image, make_try_on

pytestmark = pytest.mark.django_db

CHOOSE, ANOTHER = 'name="action" value="choose"', 'name="action" value="another"'


@pytest.fixture
def candidates():
    first = make_try_on()
    return [first, make_try_on(candidates=first.candidates, candidate=2)]


def test_page__shows_the_other_candidates_with_their_state(site, candidates):
    make_try_on(candidates=candidates[0].candidates, candidate=3, status=Status.RUNNING)
    page = text_of(site.get("tryonresult_change", candidates[0].pk))

    assert f'href="{address("tryonresult_change", candidates[1].pk)}"' in page
    assert "Candidate 2: to review" in page
    assert "Candidate 3: running" in page
    assert "Candidate 1" not in page
    assert "Another one for CNY" in page


def test_page__single_picture_has_nothing_to_choose(site):
    page = text_of(site.get("tryonresult_change", make_try_on().pk))

    assert CHOOSE not in page
    assert ANOTHER in page
    assert "Other candidates" not in page


@pytest.mark.parametrize(
    ("permissions", "shown"),
    [
        (["change_tryonresult"], [True, False]),
        (["view_tryonresult", "add_tryonresult"], [False, True]),
        (["view_tryonresult"], [False, False]),
    ],
    ids=["change", "add", "view"],
)
def test_page__buttons_need_permissions(site_with, candidates, permissions, shown):
    rights = [*permissions, "view_garment", "view_modelimage"]
    page = text_of(site_with(*rights).get("tryonresult_change", candidates[0].pk))

    assert [button in page for button in (CHOOSE, ANOTHER)] == shown


def test_choose__approves_and_says_so(site, messages_of, candidates):
    response = site.post("tryonresult_do", candidates[1].pk, action="choose", follow=True)

    assert messages_of(response) == ["1 picture chosen."]
    rows = [TryOnResult.objects.get(pk=row.pk) for row in candidates]
    assert [(row.review, row.is_chosen) for row in rows] == [
        (Review.REJECTED, None),
        (Review.APPROVED, True),
    ]
    page = text_of(site.get("tryonresult_change", candidates[1].pk))
    assert CHOOSE not in page
    assert "chosen" in page


def test_another__requests_one_more(site, messages_of, candidates):
    response = site.post("tryonresult_do", candidates[0].pk, action="another", follow=True)

    assert messages_of(response) == ["1 more picture requested."]
    third = TryOnResult.objects.among_candidates(candidates[0]).last()
    assert (third.candidate, third.status) == (3, Status.QUEUED)
    assert third.requested_by.is_superuser


def test_batch__has_no_candidate_actions(site, candidates):
    response = site.post("tryonresult_batch_do", candidates[0].batch, action="choose")

    assert response.status_code == 404


def test_form__count_is_in_the_estimate_and_in_the_rows(site):
    garment, photo = make_garment(), make_model_image()
    data = try_on_form_data([garment], [photo], count=3)

    assert estimate_on(site.post("tryonresult_add", **data)).startswith("3 pictures;")
    site.post("tryonresult_add", **data, _order=1)
    assert [row.candidate for row in TryOnResult.objects.order_by("pk")] == [1, 2, 3]
    assert len(set(TryOnResult.objects.values_list("candidates"))) == 1


def test_form__kind_that_the_engine_cannot_wear_is_disabled_with_the_reason(site):
    top, shoes = make_garment(), make_garment("shoes")
    page = text_of(site.get("tryonresult_add"))

    boxes = dict(re.findall(r'<input type="checkbox" name="pick" value="(\d+)"([^>]*)>', page))
    assert "disabled" in boxes[str(shoes.pk)]
    assert "disabled" not in boxes[str(top.pk)]
    assert "The engine cannot try on this kind of garment (shoes)" in page


def test_form__selected_shoes_are_refused_before_anything_is_stored(site):
    shoes, photo = make_garment("shoes", name="Boots"), make_model_image()
    page = site.post("tryonresult_add", **try_on_form_data([shoes], [photo]), _order=1)

    assert page.status_code == 200
    assert "“Boots”: The engine cannot try on this kind of garment" in text_of(page)
    assert not TryOnResult.objects.exists()


def test_garment_of_a_kind_without_rules__is_said_to_be_unchecked(site, configure):
    configure(CHECK_PICTURES=True)
    page = text_of(site.get("garment_change", make_garment("bag").pk))

    assert "Not checked: only the size of pictures of this kind is checked." in page
