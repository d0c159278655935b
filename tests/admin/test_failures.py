"""What the page of a batch says about failed and blocked pictures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.actions import parse_clothes
from django_outfitanyone.choices import Status
from django_outfitanyone.engines.fashn import Fashn
from django_outfitanyone.error_help import error_help_for
from django_outfitanyone.models import Account, ClothesParse, TryOnResult
from tests.admin.batches import BATCH, batch_page, make_batch
from tests.admin.pages import address, card_of, progress_on, text_of
from tests.factories import make_model_image, make_try_on

pytestmark = pytest.mark.django_db

PERSON = {"error_code": "InvalidPerson", "error_message": "No human body."}
GARMENT = {"error_code": "InvalidGarment", "error_message": "No garment."}


def problems_on(response):
    page = text_of(response)
    start = page.index('id="outfit-problems"')
    return " ".join(page[start : page.index("</section>", start)].split())


@pytest.fixture
def blocked():
    """A try-on and the parse of its model photo, which needs a decision."""
    (try_on,) = make_batch(
        Status.PREPARING,
        keep="lower",
        error_code="SearchNeedsAttention",
        error_message="Clothes parse 1 needs a decision first.",
    )
    parse = parse_clothes(try_on.model_image, ["lower"])
    ClothesParse.objects.update(
        status=Status.NEEDS_ATTENTION, submitted_at=timezone.now(), open_key=None
    )
    parse.refresh_from_db()
    return try_on, parse


def test_failures__are_explained_by_the_engine_that_failed(site, configure, settings):
    own = settings.OUTFITANYONE["ENGINES"]["default"]
    fashn = {"BACKEND": "django_outfitanyone.engines.fashn.Fashn", "API_KEY": "k"}
    configure(ENGINES={"default": own, "fashn": fashn})
    photo = make_model_image(name="Anna")
    pose = {"error_code": "PoseError", "error_message": "No pose."}
    make_batch(Status.FAILED, account=Account.of("fashn"), model_image=photo, **pose)
    problems = problems_on(batch_page(site))

    assert Fashn.classify("PoseError").help in problems
    assert f'<a href="{address("modelimage_change", photo.pk)}">Anna</a>' in problems


def test_failures__are_grouped_by_cause_with_count_and_remedy(site):
    photos = [make_model_image(name=name) for name in ("Anna", "Bert")]
    rows = [*make_batch(*[Status.FAILED] * 5, Status.SUCCEEDED)]
    for row, photo in zip(rows[:3], [photos[0], photos[0], photos[1]], strict=True):
        TryOnResult.objects.filter(pk=row.pk).update(model_image=photo, **PERSON)
    TryOnResult.objects.failed().filter(error_code="").update(**GARMENT)

    problems = problems_on(batch_page(site))

    first, second = problems.index("3 pictures failed"), problems.index("2 pictures failed")
    assert first < second
    assert "3 pictures failed: No human body." in problems
    assert error_help_for(**_named(PERSON)).text in problems
    assert error_help_for(**_named(GARMENT)).text in problems
    for photo in photos:
        link = f'<a href="{address("modelimage_change", photo.pk)}">{photo.name}</a>'
        assert problems.count(link) == 1


def _named(error):
    return {"code": error["error_code"], "message": error["error_message"]}


def test_failures__messages_that_differ_in_details_are_one_cause(site):
    rows = make_batch(Status.FAILED, Status.FAILED, error_code="InvalidPerson")
    for row in rows:
        TryOnResult.objects.filter(pk=row.pk).update(error_message=f"Picture {row.pk}.")

    assert problems_on(batch_page(site)).count("outfit-error") == 1


def test_failures__batch_without_any_lists_none(site):
    make_batch(Status.SUCCEEDED, Status.RUNNING)

    problems = problems_on(batch_page(site))

    assert "outfit-error" not in problems
    assert "outfit-notice" not in problems


def test_failures__fragment_has_them_with_a_version(site):
    make_batch(Status.FAILED, Status.RUNNING, **PERSON)

    problems = problems_on(site.get("tryonresult_batch_cards", BATCH))

    assert 'data-version="InvalidPerson1-move"' in problems


class TestBlocked:
    def test_progress__says_blocked_and_no_time(self, site, blocked):
        assert progress_on(batch_page(site)) == "0 of 1 ready, 1 blocked"

    def test_progress__of_the_other_pictures_goes_on(self, site, blocked):
        make_try_on(status=Status.RUNNING, submitted_at=timezone.now(), batch=BATCH, number=1)

        text = progress_on(batch_page(site))
        assert text == "0 of 2 ready, 1 blocked, about 20 seconds left"

    def test_page__names_the_parse_and_links_to_it(self, site, blocked):
        _try_on, parse = blocked
        problems = problems_on(batch_page(site))

        assert "1 picture is blocked: the clothes parse" in problems
        assert f'href="{address("clothesparse_change", parse.pk)}"' in problems

    def test_card__says_blocked_and_links_to_the_parse(self, site, blocked):
        try_on, parse = blocked
        link = f'href="{address("clothesparse_change", parse.pk)}"'

        for text in (
            card_of(batch_page(site), try_on),
            text_of(site.get("tryonresult_change", try_on.pk)),
        ):
            assert "outfit-badge--blocked" in text
            assert "outfit-badge--preparing" not in text
            assert link in text
        assert "outfit-badge--blocked" in text_of(site.get("tryonresult_changelist"))

    def test_parse_of_a_replaced_photo_blocks_nothing(self, blocked):
        try_on, _parse = blocked
        ClothesParse.objects.update(picture_sha256="0" * 64)

        assert ClothesParse.objects.blocking([try_on]) == {}

    def test_parse_of_the_other_half_blocks_nothing(self, blocked):
        try_on, _parse = blocked
        ClothesParse.objects.update(clothes_types="upper")

        assert ClothesParse.objects.blocking([try_on]) == {}


def test_time_left__of_a_late_picture_is_no_promise(site):
    make_batch(Status.RUNNING, submitted_at=timezone.now() - timedelta(seconds=70))

    assert progress_on(batch_page(site)) == "0 of 1 ready, taking longer than usual"
