from __future__ import annotations

from decimal import Decimal

import pytest

from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.conf import conf
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs import existing
from django_outfitanyone.jobs.estimate import estimate, estimate_rows
from django_outfitanyone.jobs.parse import request_parse
from django_outfitanyone.jobs.refine import as_refinement
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest, combine
from django_outfitanyone.models import Account, ClothesParse
from tests.factories import make_garment, make_model_image, make_try_on

pytestmark = pytest.mark.django_db

TOY = "tests.toy_engine.ToyEngine"


@pytest.fixture
def person():
    return make_model_image()


@pytest.fixture
def top():
    return make_garment(GarmentKind.TOP)


@pytest.fixture
def bottom():
    return make_garment(GarmentKind.BOTTOM)


def estimate_with(requests, **options):
    return estimate(requests, options=TryOnOptions(**options))


def finish(request):
    """Store a finished result of this request, made without keeping the other half."""
    make_try_on(model_image=request.person, garments=[request.garments[0]])


def test_cost__covers_pictures_and_their_parses(person, top, bottom):
    found = estimate_with(combine([top, bottom], [person]), keep_other_half=False)

    assert (found.count, found.reused, found.new) == (2, 0, 2)
    assert found.cost == 2 * (Decimal("0.50") + Decimal("0.004"))
    assert found.currency == "CNY"


def test_cost__photo_is_parsed_once_for_a_half(person, top):
    two = combine([top, make_garment()], [person])
    found = estimate_with(two, keep_other_half=True)

    assert found.cost == 2 * Decimal("0.504") + Decimal("0.004")


def test_cost__photo_that_was_parsed_before_is_free(person, top):
    request_parse(person, ["upper", "lower"])
    ClothesParse.objects.update(status=Status.SUCCEEDED)
    found = estimate_with([TryOnRequest(person, [top])], keep_other_half=True)

    assert found.cost == Decimal("0.504")


def test_cost__photo_is_parsed_once_for_both_halves(person, top, bottom):
    found = estimate_with(combine([top, bottom], [person]), keep_other_half=True)

    assert found.cost == 2 * Decimal("0.504") + Decimal("0.004")


def test_cost__photo_that_was_replaced_is_parsed_again(person, top):
    ClothesParse.objects.create(
        account=Account.of(),
        model_image=person,
        picture_sha256="of the old file",
        clothes_types="upper,lower",
        status=Status.SUCCEEDED,
    )

    found = estimate_with([TryOnRequest(person, [top])], keep_other_half=True)

    assert found.cost == Decimal("0.504") + Decimal("0.004")


def test_reused__finished_pictures_are_free(person, top):
    request = TryOnRequest(person, [top])
    finish(request)
    found = estimate_with([request], keep_other_half=False)

    assert (found.count, found.reused, found.cost, found.seconds) == (1, 1, 0, 0)


def test_reused__pictures_of_another_account_are_paid_for(person, top, configure):
    request = TryOnRequest(person, [top])
    finish(request)
    engine = conf.ENGINES["default"]
    configure(ENGINES={"default": engine, "other": engine})
    found = estimate_with([request], keep_other_half=False, engine="other")

    assert (found.reused, str(found.cost)) == (0, "0.504")


def test_reused__identical_requests_are_paid_for_once(person, top):
    request = TryOnRequest(person, [top])
    found = estimate_with([request, request], keep_other_half=False)

    assert (found.count, found.reused) == (2, 1)


def test_reused__nothing_with_force_new(person, top):
    request = TryOnRequest(person, [top])
    finish(request)
    found = estimate_with([request, request], keep_other_half=False, force_new=True)

    assert found.new == 2


def test_reused__many_fingerprints_are_read_in_chunks(person, monkeypatch):
    monkeypatch.setattr(existing, "FINGERPRINTS_AT_ONCE", 2)
    requests = combine([make_garment() for _ in range(5)], [person])
    for request in requests[1:]:
        finish(request)

    assert estimate_with(requests, keep_other_half=False).new == 1


def test_seconds__grow_with_rounds_of_full_slots(person, configure):
    configure(CONCURRENT_TASKS=5, EXPECTED_SECONDS=20)
    garments = [make_garment() for _ in range(6)]

    assert estimate(combine(garments, [person])).seconds == 40


def test_seconds__follow_the_submit_rate_where_it_is_slower_than_the_slots(person, configure):
    configure(CONCURRENT_TASKS=5, EXPECTED_SECONDS=20, SUBMITS="2/60s")
    garments = [make_garment() for _ in range(5)]

    assert estimate(combine(garments, [person])).seconds == 2 * 60 + 20  # 2, 2 and 1


def test_estimate__queries_do_not_depend_on_the_batch(person, django_assert_num_queries):
    garments = [make_garment() for _ in range(20)]
    requests = combine(garments, [person])

    with django_assert_num_queries(2):
        estimate(requests)


def test_is_over_budget__when_the_cost_exceeds_what_is_left(person, top, bottom, configure):
    def found():
        return estimate_with(combine([top, bottom], [person]), keep_other_half=False)

    assert found().budget_left is None
    assert not found().is_over_budget

    configure(BUDGET_PER_DAY=Decimal("1.008"))
    assert not found().is_over_budget

    configure(BUDGET_PER_DAY=Decimal("1.00"))
    assert found().budget_left == Decimal("1.00")
    assert found().is_over_budget


def test_cost__is_without_the_images_of_the_free_quota(person, top, bottom, configure):
    configure(FREE_IMAGES={"aitryon-parsing-v1": 2, "aitryon-plus": 1})
    found = estimate_with(combine([top, bottom], [person]), keep_other_half=True)

    assert found.cost == Decimal("0.50") + Decimal("0.004")  # of 2 pictures and 3 parses


def test_cost__refinement_has_the_price_of_the_refiner():
    row = as_refinement(make_try_on(), gender="woman")

    assert estimate_rows([row]).cost == Decimal("0.304")


def test_estimate__refuses_what_a_request_refuses(person, top):
    with pytest.raises(RequestRefused):
        estimate([TryOnRequest(person, [])])
    with pytest.raises(RequestRefused):
        estimate_with([TryOnRequest(person, [top])], resolution=4096)


class TestEngines:
    @pytest.fixture(autouse=True)
    def _engines(self, configure, settings):
        """The toy engine in dollars beside OutfitAnyone, which also parses, in yuan."""
        self.own = settings.OUTFITANYONE["ENGINES"]["default"]
        configure(ENGINES={"default": self.own, "toy": {"BACKEND": TOY, "API_KEY": "k"}})

    def test_costs__of_two_currencies_are_never_added_up(self, person, top, bottom):
        outfit = TryOnRequest(person, [top, bottom])
        found = estimate_with([outfit], engine="toy")

        assert found.costs == {"USD": Decimal("1.50"), "CNY": Decimal("0.004")}
        assert (found.currency, found.cost) == ("USD", Decimal("1.50"))
        assert found.other_costs == {"CNY": Decimal("0.004")}

    def test_engine_that_wears_one_garment_a_call_is_paid_for_each(self, person, top, bottom):
        outfit = TryOnRequest(person, [top, bottom])
        found = estimate_with([outfit], engine="toy", model="toy-2")

        assert found.cost == Decimal("2.00")
        assert found.seconds == 5

    def test_engine_that_keeps_the_other_half_by_itself_needs_no_parse_for_it(
        self, person, top, configure
    ):
        configure(PARSE_RESULTS=False)
        kept = {"keep_other_half": True}

        assert estimate_with(combine([top], [person]), engine="toy", **kept).other_costs == {}
        assert estimate_with(combine([top], [person]), **kept).cost == Decimal("0.504")

    def test_free_parser_adds_nothing(self, person, top, configure):
        engines = {"default": self.own, "preview": {"BACKEND": "tests.toy_engine.PreviewToy"}}
        configure(ENGINES=engines, PARSER="preview")
        found = estimate_with(combine([top], [person]))

        assert found.cost == Decimal("0.50")
        assert not found.other_costs

    def test_seconds__follow_the_slots_and_the_speed_of_the_engine(self, person):
        many = combine([make_garment() for _number in range(5)], [person])

        assert estimate_with(many, engine="toy").seconds == 15  # 3 rounds of 2 slots
        assert estimate_with(many).seconds == 20

    def test_budget_of_the_parser_counts_too(self, person, top, configure):
        toy = {"BACKEND": TOY, "API_KEY": "k"}
        parser = {**self.own, "BUDGET_PER_DAY": Decimal("0.001")}
        configure(ENGINES={"default": toy, "parser": parser}, PARSER="parser")
        found = estimate_with(combine([top], [person]))

        assert (found.budget_left, found.is_over_budget) == (None, True)

    def test_sandbox__is_what_pictures_would_cost(self, person, top, configure):
        configure(IS_SANDBOX=True)

        assert estimate_with(combine([top], [person])).is_sandbox
        assert not estimate_with(combine([top], [person]), engine="toy").is_sandbox

    @pytest.mark.parametrize(
        ("options", "code"),
        [
            ({"engine": "nowhere"}, "UnknownEngine"),
            ({"engine": "toy", "model": "aitryon"}, "UnknownModel"),
            ({"engine": "toy", "resolution": 1024}, "UnknownResolution"),
        ],
    )
    def test_options_of_another_engine_are_refused(self, person, top, options, code):
        with pytest.raises(RequestRefused) as refusal:
            estimate_with(combine([top], [person]), **options)

        assert refusal.value.code == code
