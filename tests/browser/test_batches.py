"""Pause, resume, rename and retry a batch by mouse and without JavaScript; its list."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from django_outfitanyone import actions
from django_outfitanyone.choices import Review, Status
from django_outfitanyone.models import Batch, TryOnResult
from tests.admin.batches import BATCH, make_named
from tests.admin.pages import address
from tests.factories import make_model_image, make_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

PERSON = {
    "error_code": "InvalidPerson",
    "error_message": "The photo shows half a person, or no person at all.",
}


@pytest.fixture
def batch():
    """A batch with a finished picture, two that failed for the photo, and two that wait."""
    statuses = [Status.SUCCEEDED, Status.FAILED, Status.FAILED, Status.QUEUED, Status.QUEUED]
    photo, user = make_model_image(name="Anna in the park"), make_staff(username="paula")
    found, _rows = make_named(*statuses, model_image=photo, name="Summer", requested_by=user)
    TryOnResult.objects.failed().update(**PERSON)
    return found


def waiting():
    return TryOnResult.objects.queued().not_paused().count()


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def page(request, batch, visit, admin_client):
    """The page of the batch at the width of a phone."""
    return visit(
        address("tryonresult_batch", BATCH),
        client=admin_client,
        width=375,
        java_script_enabled=request.param,
    )


def test_pause_and_resume__by_mouse(page):
    page.click("#outfit-pause-batch")
    page.wait_for_selector("#outfit-resume-batch")

    assert page.is_visible("text=2 pictures wait. What was sent is finished.")
    assert "2 paused" in page.inner_text("#outfit-progress")
    assert waiting() == 0

    page.click("#outfit-resume-batch")
    page.wait_for_selector("#outfit-pause-batch")
    assert waiting() == 2


def test_pause__of_what_another_person_has_paused_says_who(page, batch):
    actions.pause_batch(batch, paused_by=make_staff(username="anna"))
    page.click("#outfit-pause-batch")
    page.wait_for_selector("#outfit-resume-batch")

    assert page.is_visible("text=anna has paused the batch already.")


def test_rename__by_mouse(page):
    page.click("#outfit-rename-batch")
    page.fill("#id_name", "Autumn coats")
    page.click("[name=_save]")
    page.wait_for_selector("h1:has-text('Autumn coats')")

    assert page.is_visible("#outfit-batch")
    assert Batch.objects.get().name == "Autumn coats"


def test_retry__sends_the_pictures_of_the_cause(page):
    page.click("text=Retry these 2 pictures")
    page.wait_for_selector("text=2 pictures will be retried.")

    assert not TryOnResult.objects.failed().exists()
    assert waiting() == 4


def test_page__follows_what_another_person_does(batch, visit, admin_client):
    page = visit(address("tryonresult_batch", BATCH), client=admin_client, width=1280)
    actions.pause_batch(batch, paused_by=make_staff(username="anna"))

    page.wait_for_selector("#outfit-resume-batch")
    assert "2 paused" in page.inner_text("#outfit-progress")
    assert page.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
class TestLayout:
    @pytest.mark.parametrize("is_paused", [False, True])
    def test_page_fits_and_is_accessible(
        self, batch, visit, barriers, admin_client, width, scheme, is_paused
    ):
        if is_paused:
            actions.pause_batch(batch, paused_by=make_staff(username="anna"))
        url = address("tryonresult_batch", BATCH)
        page = visit(url, client=admin_client, width=width, color_scheme=scheme)

        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert barriers(page, within="#outfit-batch") == []
        assert page.complaints == []

    def test_list_keeps_name_and_state_in_view(
        self, batch, visit, barriers, admin_client, width, scheme
    ):
        page = visit(
            reverse("admin:django_outfitanyone_batch_changelist"),
            client=admin_client, width=width, color_scheme=scheme,
        )  # fmt: skip

        for text in ("Summer", "being made"):
            box = page.locator(f"#result_list >> text={text}").first.bounding_box()
            assert box["x"] + box["width"] <= width
        assert barriers(page, within="#result_list") == []
        assert page.complaints == []


class TestTwoPeople:
    """Two administrators have the page of the same batch open, each in their own browser."""

    @pytest.fixture
    def pages(self, batch, visit, admin_client):
        anna = Client()
        user = get_user_model().objects.create_superuser("anna")
        anna.force_login(user)
        url = address("tryonresult_batch", BATCH)
        return [visit(url, client=one, width=1280) for one in (admin_client, anna)]

    def stop_following(self, page):
        """Let a page show what it shows now, as one does that was opened a moment ago."""
        page.route("**/cards/**", lambda route: route.abort())

    def test_each_sees_what_the_other_does(self, pages):
        mine, annas = pages
        annas.click("#outfit-pause-batch")
        mine.wait_for_selector("#outfit-resume-batch")
        assert mine.is_visible("text=by anna")
        assert waiting() == 0

        mine.click("#outfit-resume-batch")
        annas.wait_for_selector("#outfit-pause-batch")
        assert waiting() == 2
        assert [page.complaints for page in pages] == [[], []]

    def test_both_retry__second_one_reads_it_and_nothing_is_sent_twice(self, pages):
        mine, annas = pages
        self.stop_following(annas)

        mine.click("text=Retry these 2 pictures")
        mine.wait_for_selector("text=2 pictures will be retried.")
        annas.click("text=Retry these 2 pictures")
        annas.wait_for_selector(".messagelist")

        assert annas.is_hidden("text=2 pictures will be retried.")
        assert TryOnResult.objects.count() == 5
        assert waiting() == 4

    def test_one_cancels_what_the_other_approves__neither_is_lost(self, pages):
        mine, annas = pages
        self.stop_following(annas)

        mine.click("#outfit-for-all-cancel")
        mine.wait_for_selector(".messagelist")
        annas.click(".outfit-result [value=approve]")
        annas.wait_for_selector(".outfit-badge--approved")
        annas.wait_for_selector(".outfit-badge--canceled")

        statuses = TryOnResult.objects.values_list("status", flat=True)
        assert sorted(statuses).count(Status.CANCELED) == 2
        assert TryOnResult.objects.get(review=Review.APPROVED).reviewed_by.username == "anna"
