"""The review desk in a browser: with keys, with the mouse, on a phone, and without JavaScript."""

from __future__ import annotations

import re

import pytest

from django_outfitanyone import actions
from django_outfitanyone.choices import Review
from django_outfitanyone.models import TryOnResult
from tests.admin.pages import address
from tests.factories import make_staff, make_try_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

STATUS, ERROR, DO = "#outfit-review-status", "#outfit-review-error", re.compile("/review/do/")


@pytest.fixture
def pictures():
    return [make_try_on() for _ in range(3)]


@pytest.fixture
def desk(visit, admin_client, pictures):
    return visit(address("tryonresult_review"), client=admin_client, width=1280)


def wait_for(page, try_on):
    """Wait until this picture is on the desk."""
    page.wait_for_selector(f"#outfit-desk[data-picture='{try_on.pk}']")


def wait_for_text(page, selector, text):
    page.wait_for_selector(f"{selector}:text-is('{text}')")


def reviews():
    return list(TryOnResult.objects.order_by("pk").values_list("review", flat=True))


def active_key(page):
    return page.evaluate("document.activeElement.dataset.key")


def hold_decisions(page):
    """Return a list of the requests that are sent from now on; ``fallback()`` lets one pass."""
    held = []
    page.route(DO, lambda route: held.append(route))  # noqa: PLW0108 - it marks the function
    return held


def test_keys__review_the_queue_without_reloading(desk, pictures):
    first, second, third = pictures
    desk.evaluate("window.isSamePage = true")

    desk.keyboard.press("j")
    wait_for(desk, second)
    desk.keyboard.press("k")
    wait_for(desk, first)
    desk.keyboard.press("a")
    wait_for(desk, second)
    wait_for_text(desk, STATUS, "Approved. 2 left.")
    desk.keyboard.press("p")
    wait_for(desk, third)
    wait_for_text(desk, STATUS, "Published. 1 left.")
    desk.keyboard.press("r")
    desk.keyboard.press("2")
    wait_for_text(desk, STATUS, "Rejected. None left.")
    desk.wait_for_selector("text=No picture waits for review")

    assert reviews() == [Review.APPROVED, Review.APPROVED, Review.REJECTED]
    assert TryOnResult.objects.get(pk=third.pk).rejection_reason == "limbs"
    assert desk.evaluate("window.isSamePage")
    assert desk.complaints == []


def test_keys__undo_goes_back_decision_by_decision(desk, pictures):
    first, second, third = pictures
    for key, following in (("a", second), ("p", third)):
        desk.keyboard.press(key)
        wait_for(desk, following)
    wait_for_text(desk, STATUS, "Published. 1 left.")

    desk.keyboard.press("u")
    wait_for(desk, second)
    wait_for_text(desk, STATUS, "Undone. 2 left.")
    assert TryOnResult.objects.get(pk=second.pk).published_at is None
    assert reviews() == [Review.APPROVED, Review.TO_REVIEW, Review.TO_REVIEW]

    desk.keyboard.press("u")
    wait_for(desk, first)
    wait_for_text(desk, STATUS, "Undone. 3 left.")
    assert reviews() == [Review.TO_REVIEW, Review.TO_REVIEW, Review.TO_REVIEW]
    assert desk.is_hidden("#outfit-review-undo")


def test_keys__do_nothing_while_typing_or_with_modifiers_or_switched_off(desk, pictures):
    first = pictures[0]
    for keys in ("Control+a", "Alt+a", "Shift+a"):
        desk.keyboard.press(keys)
    desk.keyboard.press("r")
    desk.keyboard.press("Tab")
    desk.get_by_label("Another reason").focus()
    desk.keyboard.type("japu 1")
    assert desk.get_by_label("Another reason").input_value() == "japu 1"
    desk.keyboard.press("Escape")
    assert active_key(desk) == "r"

    desk.keyboard.press("?")
    desk.keyboard.press("a")
    desk.uncheck("#outfit-review-use-keys")
    desk.click("dialog >> text=Close")
    desk.keyboard.press("a")
    assert desk.is_hidden("kbd:text-is('A')")

    desk.reload()
    desk.keyboard.press("a")
    desk.wait_for_timeout(300)
    wait_for(desk, first)
    assert set(reviews()) == {Review.TO_REVIEW}


def test_keys__zoom_compare_and_help(visit, admin_client):
    first = make_try_on()
    second = make_try_on(candidates=first.candidates, candidate=2)
    page = visit(address("tryonresult_review"), client=admin_client, width=1280)

    page.keyboard.press("z")
    assert page.get_attribute("[data-key=z]", "aria-pressed") == "true"
    assert page.evaluate(
        "(([frame, image]) => image.width > frame.clientWidth)"
        "([document.querySelector('#outfit-desk-picture'),"
        " document.querySelector('#outfit-desk-picture img')])"
    )
    page.keyboard.press("z")
    assert page.get_attribute("[data-key=z]", "aria-pressed") == "false"

    page.keyboard.press("c")
    page.click("text=Candidate 2: to review")
    wait_for(page, second)
    assert f"at={second.pk}" in page.url

    page.keyboard.press("?")
    assert page.is_visible("text=Undo the last decision")
    page.keyboard.press("Escape")
    assert page.is_hidden("text=Undo the last decision")

    page.keyboard.press("e")
    page.wait_for_url(f"**{address('tryonresult_change', second.pk)}")


@pytest.fixture
def candidates(pictures):
    """Three candidates of the first request; the pictures of the other requests follow."""
    first = make_try_on()
    return [first, *(make_try_on(candidates=first.candidates, candidate=n) for n in (2, 3))]


def test_keys__choose_among_the_candidates_and_undo(visit, admin_client, pictures, candidates):
    path = f"{address('tryonresult_review')}?at={candidates[0].pk}"
    desk = visit(path, client=admin_client, width=1280)
    held = hold_decisions(desk)

    desk.keyboard.press("c")
    desk.keyboard.press("2")
    wait_for(desk, pictures[0])  # none of the candidates, about which all is decided
    held[0].fallback()
    wait_for_text(desk, STATUS, "Chosen. 3 left.")
    assert reviews()[3:] == [Review.REJECTED, Review.APPROVED, Review.REJECTED]

    desk.unroute(DO)
    desk.keyboard.press("u")
    wait_for(desk, candidates[1])
    wait_for_text(desk, STATUS, "Undone. 6 left.")
    assert set(reviews()) == {Review.TO_REVIEW}
    assert desk.complaints == []


def test_keys__numbers_belong_to_the_panel_that_was_opened_last(
    visit, admin_client, candidates, pictures
):
    path = f"{address('tryonresult_review')}?at={candidates[0].pk}"
    desk = visit(path, client=admin_client, width=1280)

    desk.keyboard.press("c")
    desk.keyboard.press("r")
    desk.wait_for_selector(".outfit-desk-compare:not([open])")
    desk.keyboard.press("2")
    wait_for_text(desk, STATUS, "Rejected. 5 left.")

    assert reviews()[3:] == [Review.REJECTED, Review.TO_REVIEW, Review.TO_REVIEW]


@pytest.mark.parametrize("script", [True, False])
def test_button__chooses_a_candidate(visit, admin_client, candidates, pictures, script):
    path = f"{address('tryonresult_review')}?at={candidates[0].pk}"
    desk = visit(path, client=admin_client, width=375, java_script_enabled=script)

    desk.click("summary:has-text('Compare 3 candidates')")
    desk.click("text=Choose candidate 3")
    desk.wait_for_selector("text=Chosen. 3 left.")

    assert reviews()[3:] == [Review.REJECTED, Review.REJECTED, Review.APPROVED]


def test_keys__another_candidate_has_its_price_and_is_requested_once(desk, pictures):
    assert "for CNY" in desk.inner_text("[data-key=m]")

    desk.keyboard.press("m")
    wait_for_text(desk, STATUS, "Another picture was requested. 3 left.")
    desk.wait_for_selector("text=Compare 2 candidates")

    assert TryOnResult.objects.among_candidates(pictures[0]).count() == 2


def test_mouse__buttons_decide_and_the_focus_stays_on_them(desk, pictures):
    _first, second, third = pictures
    desk.click("[data-key=a]")
    wait_for(desk, second)
    assert active_key(desk) == "a"

    desk.click("[data-key=r]")
    desk.fill("text=Another reason", "The collar is open")
    desk.keyboard.press("Enter")
    wait_for(desk, third)
    wait_for_text(desk, STATUS, "Rejected. 1 left.")
    assert active_key(desk) == "r"
    assert TryOnResult.objects.get(pk=second.pk).rejection_reason == "The collar is open"

    desk.click("text=Undo")
    wait_for(desk, second)
    assert reviews() == [Review.APPROVED, Review.TO_REVIEW, Review.TO_REVIEW]


def test_mouse__double_click_decides_about_one_picture_only(desk, pictures):
    desk.dblclick("[data-key=a]")
    wait_for_text(desk, STATUS, "Approved. 2 left.")
    desk.wait_for_timeout(300)

    assert reviews() == [Review.APPROVED, Review.TO_REVIEW, Review.TO_REVIEW]


def test_next_picture__is_shown_before_the_decision_is_saved(desk, pictures):
    held = hold_decisions(desk)

    desk.keyboard.press("a")
    wait_for(desk, pictures[1])
    desk.keyboard.press("a")
    wait_for(desk, pictures[2])
    assert reviews() == [Review.TO_REVIEW] * 3

    held[0].fallback()
    wait_for_text(desk, STATUS, "Approved. 2 left.")
    desk.wait_for_timeout(100)
    held[1].fallback()
    wait_for_text(desk, STATUS, "Approved. 1 left.")
    assert reviews() == [Review.APPROVED, Review.APPROVED, Review.TO_REVIEW]


def test_failed_request__is_shown_and_the_decision_taken_back(desk, pictures):
    held = hold_decisions(desk)
    desk.keyboard.press("a")
    wait_for(desk, pictures[1])

    held[0].abort()

    wait_for(desk, pictures[0])
    assert "The server did not answer" in desk.inner_text(ERROR)
    assert desk.is_hidden("#outfit-review-undo")
    desk.unroute(DO)
    desk.keyboard.press("a")
    wait_for_text(desk, STATUS, "Approved. 2 left.")
    assert desk.inner_text(ERROR) == ""


def test_two_people__second_one_sees_what_the_first_decided(desk, pictures):
    actions.reject(
        TryOnResult.objects.get(pk=pictures[0].pk), reviewed_by=make_staff(username="bea")
    )

    desk.keyboard.press("a")

    desk.wait_for_selector(f"{ERROR}:has-text('bea has already decided')")
    wait_for(desk, pictures[0])
    assert "rejected" in desk.inner_text(".outfit-desk-facts")
    assert reviews()[0] == Review.REJECTED


def test_without_javascript__forms_and_links_do_the_same(visit, admin_client, pictures):
    first, second, third = pictures
    page = visit(
        address("tryonresult_review"), client=admin_client, width=1280, java_script_enabled=False
    )
    assert page.is_hidden("[data-key='?']")
    assert page.is_hidden("kbd >> nth=0")

    page.click("text=Next")
    wait_for(page, second)
    page.click("text=Previous")
    wait_for(page, first)
    page.click("text=Approve")
    page.wait_for_selector("text=Approved. 2 left.")
    wait_for(page, second)
    page.click("summary:has-text('Reject')")
    page.click("text=Blurred, or with artefacts")
    wait_for(page, third)
    assert reviews() == [Review.APPROVED, Review.REJECTED, Review.TO_REVIEW]

    page.click("text=Undo")
    wait_for(page, second)
    assert reviews() == [Review.APPROVED, Review.TO_REVIEW, Review.TO_REVIEW]


def test_reload__keeps_picture_and_undo(desk, pictures):
    desk.keyboard.press("a")
    wait_for_text(desk, STATUS, "Approved. 2 left.")

    desk.reload()
    wait_for(desk, pictures[1])
    desk.keyboard.press("u")
    wait_for(desk, pictures[0])

    assert reviews() == [Review.TO_REVIEW] * 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_desk__fits_and_has_no_barriers(visit, admin_client, barriers, width, scheme):
    first = make_try_on()
    make_try_on(candidates=first.candidates, candidate=2)
    page = visit(
        address("tryonresult_review"), client=admin_client, width=width, color_scheme=scheme
    )

    def check():
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert barriers(page, "#outfit-review") == []

    check()
    page.keyboard.press("r")
    check()
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.click(".outfit-review-filter > summary")
    check()
    page.keyboard.press("?")
    check()


def test_desk__picture_has_the_height_of_the_window_and_does_not_move_for_less_motion(
    visit, admin_client, pictures
):
    page = visit(
        address("tryonresult_review"), client=admin_client, width=1280, reduced_motion="reduce"
    )

    frame = page.locator("#outfit-desk-picture").bounding_box()
    assert frame["height"] > 650
    assert frame["y"] + frame["height"] <= 900
    image = page.locator("#outfit-desk-picture img")
    assert image.evaluate("image => getComputedStyle(image).animationName") == "none"
