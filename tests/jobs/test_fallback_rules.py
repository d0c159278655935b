"""What speaks against an engine that would make a try-on whose own cannot go on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.choices import GarmentKind, Severity
from django_outfitanyone.engines.capabilities import Keeps
from django_outfitanyone.models import Account, ImageCount
from tests.factories import make_garment, make_model_image
from tests.jobs.fallbacks import PREVIEW, choice, chosen, only_reason, stop, toy, waiting

pytestmark = pytest.mark.django_db


class TestChoice:
    @pytest.mark.parametrize("price", ["0.40", "1.00", "0"], ids=["cheaper", "equal", "free"])
    def test_engine_that_is_not_dearer_is_taken(self, shop, price):
        shop(second=toy(price))

        assert chosen(waiting()) == "second/toy-1"

    def test_first_one_of_the_order_that_can_is_taken_not_the_cheapest(self, shop):
        shop(dear=toy("1.01"), second=toy("0.90"), third=toy("0.10"))

        assert chosen(waiting()) == "second/toy-1"

    def test_model_of_the_order_is_taken(self, shop, configure):
        shop(second=toy("0.90"))
        configure(FALLBACKS=["second/toy-2"])

        assert chosen(waiting()) == "second/toy-2"

    def test_engine_that_the_settings_do_not_have_is_left_out(self, shop, configure):
        shop(second=toy("0.90"))
        configure(FALLBACKS=["nowhere", "second"])

        assert chosen(waiting()) == "second/toy-1"

    def test_other_model_of_the_same_account_is_not_taken(self, shop, configure):
        shop()
        configure(FALLBACKS=["first/toy-2"])

        assert choice(waiting()) == (None, ())

    def test_dearer_engine_is_refused_with_both_prices(self, shop):
        shop(second=toy("1.50"))

        reason = "Toy, toy-1 (second) would be dearer (USD 1.50 instead of USD 1.00)"
        assert only_reason(waiting()) == reason

    def test_price_is_that_of_the_whole_outfit(self, shop):
        """The second one takes a call for each garment."""
        shop(second=toy("0.60", REMOTE_MODELS=["toy-2"]))
        outfit = [make_garment(), make_garment(GarmentKind.BOTTOM)]

        assert chosen(waiting()) == "second/toy-2"
        assert "USD 1.20 instead of USD 1.00" in only_reason(waiting(garments=outfit))

    def test_unknown_price_is_refused(self, shop):
        shop(second=toy(None))

        assert only_reason(waiting()) == "the price of Toy, toy-1 (second) is not known"

    def test_unknown_price_of_the_present_engine_is_refused(self, shop):
        shop(first=toy(None), second=toy("0.01"))

        assert only_reason(waiting()) == "what first charges is not known"

    def test_engine_that_is_gone_leaves_its_try_ons_to_a_free_one_only(self, shop):
        Account.objects.create(name="gone")
        shop(second=toy("0.01"), third=toy("0"))
        row = waiting(account_id="gone", keep="lower")

        assert chosen(row) == "third/toy-1"

        Account.objects.create(name="third", stopped_at=timezone.now())
        assert choice(row).reasons[0] == "what gone charges is not known"

    def test_other_currency_is_refused(self, shop):
        shop(second=toy("0.01", CURRENCY="EUR"))

        reason = "Toy, toy-1 (second) charges in another currency, EUR"
        assert only_reason(waiting()) == reason

    def test_free_engine_of_another_currency_is_taken(self, shop):
        shop(second=toy("0", CURRENCY="EUR"))

        assert chosen(waiting()) == "second/toy-1"

    def test_free_quota_that_is_left_makes_the_present_engine_free(self, shop):
        shop(first=toy(FREE_IMAGES={"toy-1": 2}), second=toy("0.40"))
        row = waiting()

        assert "USD 0.40 instead of USD 0.00" in only_reason(row)

        ImageCount.objects.add("first", "toy-1", 2)
        assert chosen(row) == "second/toy-1"

    def test_stopped_engine_is_refused(self, shop):
        shop(second=toy("0.40"))
        stop("second")

        assert only_reason(waiting()) == "Toy, toy-1 (second) is stopped"

    def test_engine_without_a_key_is_refused(self, shop, monkeypatch):
        monkeypatch.delenv("TOY_KEY", raising=False)
        shop(second=toy("0.40", API_KEY=""))

        assert only_reason(waiting()) == "Toy, toy-1 (second) has no API key"

    def test_engine_that_has_ended_is_refused(self, shop, describe):
        yesterday = timezone.localdate() - timedelta(days=1)
        describe("toy-2", ends_on=yesterday)
        shop(second=toy("0.40", REMOTE_MODELS=["toy-2"]))

        assert only_reason(waiting()) == "Toy, toy-2 (second) has ended"

    def test_previews_are_no_real_pictures(self, shop):
        shop(second=PREVIEW)

        assert only_reason(waiting()) == "Toy, toy-preview makes previews only"

    def test_real_pictures_are_no_previews(self, shop):
        shop(first=toy(IS_SANDBOX=True), second=toy("0.40"))

        reason = "Toy, toy-1 (second) is no sandbox: pictures are paid for"
        assert only_reason(waiting()) == reason

    def test_sandbox_may_follow_a_sandbox(self, shop):
        shop(first=toy(IS_SANDBOX=True), second=toy("0.40", IS_SANDBOX=True))

        assert chosen(waiting()) == "second/toy-1"

    def test_garment_that_it_does_not_wear_is_refused(self, shop):
        shop(second=toy("0.40"))
        row = waiting(garments=[make_garment(GarmentKind.ONE_PIECE)])

        assert only_reason(row) == "Toy, toy-1 (second) cannot try on these pictures"

    def test_unsuitable_picture_is_refused(self, shop, configure):
        shop(second=toy("0.40"))
        configure(CHECK_PICTURES=True)
        photo = make_model_image()
        findings = [{"code": "PictureTooSmall", "severity": Severity.REFUSES}]
        type(photo).objects.filter(pk=photo.pk).update(findings=findings)

        assert "cannot try on these pictures" in only_reason(waiting(model_image=photo))


class TestOptions:
    REASON = "Toy, toy-2 (second) does not offer all the options"

    @pytest.fixture(autouse=True)
    def _second(self, shop):
        shop(second=toy("0.40", REMOTE_MODELS=["toy-2"]))

    @pytest.mark.parametrize("columns", [{"resolution": 1280}, {"restore_face": False}])
    def test_size_or_face_that_it_does_not_offer(self, columns):
        assert only_reason(waiting(**columns)) == self.REASON

    def test_seed_that_it_does_not_take(self, describe):
        describe("toy-1", has_seed=True)

        assert only_reason(waiting(seed=7)) == self.REASON

    def test_seed_that_the_present_engine_ignores_too(self):
        assert chosen(waiting(seed=7)) == "second/toy-2"

    def test_half_that_it_does_not_replace(self, describe):
        """A top alone: the present engine makes up the trousers, the other one keeps them."""
        describe("toy-1", keeps_rest=Keeps.AS_GARMENT)

        assert only_reason(waiting(keep="")) == self.REASON
        assert chosen(waiting(keep="lower")) == "second/toy-2"

    def test_outfit_that_leaves_nothing_to_replace(self, describe):
        describe("toy-1", keeps_rest=Keeps.AS_GARMENT)
        outfit = [make_garment(), make_garment(GarmentKind.BOTTOM)]

        assert chosen(waiting(keep="", garments=outfit)) == "second/toy-2"

    @pytest.mark.parametrize("is_paid", [True, False])
    def test_parse_of_the_kept_half_that_only_it_needs(self, describe, configure, is_paid):
        describe("toy-2", keeps_rest=Keeps.AS_GARMENT)
        parser = {"BACKEND": "django_outfitanyone.engines.dashscope.OutfitAnyone", "API_KEY": "k"}
        engines = {"first": toy(), "second": toy("0.40", REMOTE_MODELS=["toy-2"]), "paid": parser}
        configure(ENGINES=engines, PARSER="paid" if is_paid else "local")
        row = waiting(keep="lower")

        if is_paid:
            assert "needs a clothes parse" in only_reason(row)
        else:
            assert chosen(row) == "second/toy-2"
