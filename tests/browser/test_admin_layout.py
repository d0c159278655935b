"""Where things are on the admin's pages: nothing is cut off, squeezed or out of line."""

from __future__ import annotations

import pytest

from django_outfitanyone import check_picture
from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account, ClothesParse
from tests.admin.pages import address
from tests.drawing import picture
from tests.factories import make_garment, make_model_image, make_try_on
from tests.local_engine import DARK, LARGE, WORN

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

OVERHANG = """() => [...document.querySelectorAll('.outfit-card .outfit-badge')].map(
    badge => badge.getBoundingClientRect().right
        - badge.closest('.outfit-card').getBoundingClientRect().right)"""
SQUEEZED = """() => {
    const shown = document.querySelector('[name=_clothes_types]');
    const free = document.body.appendChild(shown.cloneNode(true));
    free.style.cssText = `font: ${getComputedStyle(shown).font}; width: auto`;
    return free.offsetWidth - shown.offsetWidth;
}"""


def make_failed_parse(**columns):
    photo = make_model_image()
    return ClothesParse.objects.create(
        account=Account.of(),
        model_image=photo,
        picture_sha256=photo.sha256,
        clothes_types="upper",
        status=Status.FAILED,
        **columns,
    )


@pytest.mark.parametrize("width", [375, 1280])
def test_try_on_form__badges_of_the_picture_check_stay_inside_their_cards(
    visit, admin_client, local_engine, width
):
    local_engine.person, local_engine.garment = [DARK], [WORN]
    check_picture(make_model_image(data=picture(1, size=LARGE)))
    check_picture(make_garment(data=picture(2, size=LARGE)))
    page = visit(address("tryonresult_add"), client=admin_client, width=width)

    overhang = page.evaluate(OVERHANG)
    assert len(overhang) == 2
    assert max(overhang) < 0


def test_clothes_to_parse__choice_is_shown_in_full(visit, admin_client):
    photo = make_model_image()
    page = visit(address("modelimage_change", photo.pk), client=admin_client, width=1280)

    assert page.evaluate(SQUEEZED) <= 0


def test_account__links_are_in_line_with_the_other_values(visit, admin_client):
    account = Account.of()
    page = visit(address("account_change", account.pk), client=admin_client, width=1280)

    left = [
        page.locator(css).bounding_box()["x"]
        for css in (".field-budget .readonly", ".outfit-links a >> nth=0")
    ]
    assert left[0] == left[1]


@pytest.mark.parametrize(("width", "below"), [(375, ".object-tools"), (1280, "#toolbar")])
def test_empty_list__sample_button_keeps_its_distance(visit, admin_client, width, below):
    page = visit(address("modelimage_changelist"), client=admin_client, width=width)

    button = page.locator(".outfit-samples button").bounding_box()
    assert page.locator(below).bounding_box()["y"] - button["y"] - button["height"] >= 8


@pytest.mark.parametrize("model", ["tryonresult", "clothesparse"])
def test_list__shows_status_and_error_on_a_phone(visit, admin_client, model):
    failure = {"error_code": "HumanNotFound", "error_message": "The photo shows half a person."}
    if model == "tryonresult":
        make_try_on(status=Status.FAILED, **failure)
    else:
        make_failed_parse(**failure)
    page = visit(address(f"{model}_changelist"), client=admin_client, width=375)

    for selector in ("#result_list .outfit-badge--failed", "#result_list .outfit-listed-error"):
        shown = page.locator(selector).bounding_box()
        assert shown["x"] >= 0
        assert shown["x"] + shown["width"] <= 375
    assert page.inner_text("#result_list .outfit-listed-error") == failure["error_message"]
