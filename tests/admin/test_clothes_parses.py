from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.actions import parse_clothes
from django_outfitanyone.choices import Status
from django_outfitanyone.error_help import FIXED_BY
from django_outfitanyone.models import ClothesParse, TryOnResult
from tests.admin.forms import hotspot_form_data
from tests.admin.pages import actions_on, address, text_of
from tests.drawing import picture
from tests.factories import make_charge, make_hotspot, make_model_image, make_try_on
from tests.work import work

pytestmark = pytest.mark.django_db

DRESS_MAY_FOLLOW = (
    "A picture that shows neither a top nor a bottom is parsed once more for a dress, for "
    "another CNY 0.004."
)


def test_parse_action__counts_new_and_known_parses_and_their_cost(site, messages_of):
    photos = [make_model_image() for _ in range(3)]
    parse_clothes(photos[0])

    response = site.select("modelimage", "parse_clothes", photos)

    assert messages_of(response) == [
        f"2 clothes parses are queued and will cost at most CNY 0.008. {DRESS_MAY_FOLLOW}",
        (
            "1 picture is being parsed or was parsed before; it is not charged again. "
            "To parse it again, use “Parse clothes again”."
        ),
    ]


def test_parse_again_action__says_that_pictures_are_charged_again(site, messages_of):
    photo = make_model_image()
    parse_clothes(photo)
    photo.clothesparses.update(status=Status.SUCCEEDED, open_key=None)

    response = site.select("modelimage", "parse_clothes_again", [photo])

    assert photo.clothesparses.count() == 2
    assert messages_of(response) == [
        (
            "1 clothes parse is queued and will cost at most CNY 0.004. "
            f"{DRESS_MAY_FOLLOW} "
            "Pictures that were parsed before are charged again."
        )
    ]


def test_parse_action__refuses_results_without_a_picture(site, messages_of):
    rows = [make_try_on(), make_try_on(status=Status.QUEUED)]

    response = site.select("tryonresult", "parse_clothes", rows)

    success, refusal = messages_of(response)
    assert success == (
        f"1 clothes parse is queued and will cost at most CNY 0.004. {DRESS_MAY_FOLLOW}"
    )
    assert refusal.startswith("There is no picture to parse yet")


@pytest.mark.parametrize(
    ("model", "make"), [("tryonresult", make_try_on), ("modelimage", make_model_image)]
)
def test_parse_button__is_beside_the_picture_and_shows_the_price(site, model, make, messages_of):
    picture = make()
    assert "Parse clothes (CNY 0.004)" in text_of(site.get(f"{model}_change", picture.pk))
    make_hotspot(picture)
    assert "Parse clothes again (CNY 0.004)" in text_of(site.get(f"{model}_change", picture.pk))

    response = site.post(
        f"{model}_change", picture.pk, **hotspot_form_data(model, picture), _parse_clothes="1"
    )

    assert response.headers["Location"].endswith(f"/{picture.pk}/change/")
    assert picture.clothesparses.count() == 1
    assert any("1 clothes parse is queued" in text for text in messages_of(response))


@pytest.mark.parametrize(
    ("model", "make"), [("tryonresult", make_try_on), ("modelimage", make_model_image)]
)
@pytest.mark.parametrize(
    ("chosen", "types", "is_automatic"),
    [
        ("", "upper,lower", True),
        ("upper", "upper", False),
        ("lower", "lower", False),
        ("upper,lower", "upper,lower", False),
        ("dress", "dress", False),
    ],
)
def test_parse_button__parses_the_chosen_clothes(
    site, model, make, messages_of, chosen, types, is_automatic
):
    picture = make()
    page = text_of(site.get(f"{model}_change", picture.pk))
    assert f'<option value="{chosen}">' in page
    form = hotspot_form_data(model, picture, _parse_clothes="1", _clothes_types=chosen)

    response = site.post(f"{model}_change", picture.pk, **form)

    parse = picture.clothesparses.get()
    assert (parse.clothes_types, parse.is_automatic) == (types, is_automatic)
    assert any(DRESS_MAY_FOLLOW in text for text in messages_of(response)) is is_automatic


@pytest.mark.parametrize("chosen", ["hat", "upper,dress", "lower,upper", ",", "\0"])
def test_parse_button__refuses_other_clothes(site, messages_of, chosen):
    photo = make_model_image()
    form = hotspot_form_data("modelimage", photo, _parse_clothes="1", _clothes_types=chosen)

    response = site.post("modelimage_change", photo.pk, **form)

    assert not ClothesParse.objects.exists()
    if response.status_code != 400:  # so are texts that no database stores
        assert any("Choose upper, lower" in text for text in messages_of(response))


def test_parse_button__needs_the_change_permission(site_with):
    photo = make_model_image()
    site = site_with("view_modelimage")
    assert "_parse_clothes" not in text_of(site.get("modelimage_change", photo.pk))


def test_detail__marks_a_parse_reused_from_the_same_picture(site, remote):
    paid, reused = (parse_clothes(make_model_image(data=picture(4711))) for _ in range(2))
    work()

    assert "reused, free" in text_of(site.get("clothesparse_change", reused.pk))
    assert "reused, free" not in text_of(site.get("clothesparse_change", paid.pk))


def test_detail__is_read_only(site):
    parse_clothes(make_model_image())
    parse = ClothesParse.objects.get()

    page = text_of(site.get("clothesparse_change", parse.pk))

    assert site.get("clothesparse_add").status_code == 403
    assert 'name="_save"' not in page
    assert "queued" in page


def test_failed_parse__shows_who_can_fix_it_and_is_retried(site, messages_of):
    parse_clothes(make_model_image())
    parse = ClothesParse.objects.get()
    ClothesParse.objects.update(
        status=Status.FAILED, error_code="InvalidApiKey", error_message="Invalid API-key."
    )

    assert str(FIXED_BY["account"]) in text_of(site.get("clothesparse_change", parse.pk))
    response = site.select("clothesparse", "retry_failed", [parse])

    parse.refresh_from_db()
    assert parse.status == Status.QUEUED
    assert messages_of(response) == ["1 clothes parse will be retried."]


def test_cancel_action__cancels_open_parses_and_reports_refusals(site, messages_of):
    parse_clothes(make_model_image())
    parse_clothes(photo := make_model_image())
    photo.clothesparses.update(status=Status.SUCCEEDED)

    response = site.select("clothesparse", "cancel_parses", ClothesParse.objects.all())

    assert ClothesParse.objects.filter(status=Status.CANCELED).count() == 1
    success, refusal = messages_of(response)
    assert success == "1 clothes parse canceled."
    assert "cannot be canceled" in refusal


class TestDecision:
    """The buttons on the page of a parse."""

    @pytest.fixture
    def parse(self):
        parse = parse_clothes(make_model_image(), ["lower"])
        ClothesParse.objects.update(
            status=Status.NEEDS_ATTENTION,
            submitted_at=timezone.now(),
            open_key=None,
            error_code="OutcomeUnknown",
        )
        parse.refresh_from_db()
        make_try_on(
            status=Status.PREPARING,
            model_image=parse.model_image,
            keep="lower",
            error_code="SearchNeedsAttention",
            due_at=timezone.now() + timedelta(minutes=1),
        )
        return parse

    def test_page__explains_and_offers_both_choices(self, site, parse):
        page = text_of(site.get("clothesparse_change", parse.pk))

        assert "no response came back" in page
        assert "1 try-on is blocked until then." in page
        assert "Retry (another CNY 0.004, may be charged twice)" in page
        assert "Cancel this clothes parse" in page
        assert page.count(f'formaction="{address("clothesparse_decide", parse.pk)}"') == 2

    def test_page__says_how_often_the_parse_was_sent(self, site, parse):
        for _ in range(3):
            make_charge(clothes_parse=parse, is_unclear=True)

        assert "was sent 4 times, the last time" in text_of(
            site.get("clothesparse_change", parse.pk)
        )

    @pytest.mark.parametrize(
        ("action", "status", "message"),
        [
            ("retry", Status.QUEUED, "The clothes parse will be retried."),
            ("cancel", Status.CANCELED, "The clothes parse is canceled."),
        ],
    )
    def test_choice__is_done_and_unblocks_the_try_ons(
        self, site, parse, messages_of, action, status, message
    ):
        response = site.post("clothesparse_decide", parse.pk, action=action)

        parse.refresh_from_db()
        assert parse.status == status
        assert messages_of(response) == [message]
        assert response.url == address("clothesparse_change", parse.pk)
        assert not TryOnResult.objects.blocked().exists()
        assert TryOnResult.objects.get().due_at <= timezone.now()

    @pytest.mark.parametrize(
        ("status", "labels"),
        [
            (Status.QUEUED, ["cancel"]),
            (Status.COLLECTING, []),
            (Status.SUCCEEDED, []),
            (Status.FAILED, ["retry"]),
            (Status.CANCELED, ["retry"]),
            (Status.NEEDS_ATTENTION, ["retry", "cancel"]),
        ],
    )
    def test_page__offers_what_the_status_allows(self, site, parse, status, labels):
        ClothesParse.objects.update(status=status)

        assert actions_on(text_of(site.get("clothesparse_change", parse.pk))) == labels

    def test_choice__that_comes_too_late_is_refused(self, site, parse, messages_of):
        ClothesParse.objects.update(status=Status.SUCCEEDED)

        (refusal,) = messages_of(site.post("clothesparse_decide", parse.pk, action="cancel"))

        assert "cannot be canceled" in refusal

    def test_choice__needs_the_permission(self, site_with, parse):
        site = site_with("view_clothesparse")

        assert actions_on(text_of(site.get("clothesparse_change", parse.pk))) == []
        assert site.post("clothesparse_decide", parse.pk, action="retry").status_code == 403
        parse.refresh_from_db()
        assert parse.needs_attention

    def test_unknown_choice_or_parse__is_not_found(self, site, parse):
        assert site.post("clothesparse_decide", parse.pk, action="burn").status_code == 404
        assert site.post("clothesparse_decide", 4711, action="retry").status_code == 404
        assert site.get("clothesparse_decide", parse.pk).status_code == 405
