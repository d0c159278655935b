"""The parsing document up to its overview: what the model does and costs."""

from __future__ import annotations

from tests.seeds import files as at
from tests.seeds.fact import PARSING, Fact, nothing, proof, section

INTRODUCTION = section(
    PARSING,
    "Introduction",
    Fact(
        number=1,
        text=(
            "One call finds tops, bottoms, and dresses or jumpsuits, in a model photo as well as "
            "in a picture that a try-on has made."
        ),
        client=proof(at.CLIENT, "test_parse__finds_areas_in_the_requested_order"),
        sandbox=proof(
            at.SANDBOX_ENGINES,
            "test_parse__finds_both_halves",
            "test_parse__accepts_a_try_on_result",
        ),
        app=proof(at.PARSES, "test_parse__finds_the_requested_areas")
        + proof(at.END_TO_END, "test_try_on__top_and_bottom_get_a_hotspot_each")
        + proof(at.END_TO_END, "test_try_on__one_piece_is_parsed_as_a_dress"),
    ),
    Fact(
        number=2,
        text="The model exists in the Beijing region only, and only for a key of that region.",
        client=proof(at.PROBE, "test_region_of__depends_on_the_host"),
        sandbox=nothing("The sandbox has no regions."),
        app=proof(at.ENGINE_CHECKS, "test_region__is_judged_by_the_address")
        + proof(at.APP_RULES, "test_base_url__is_that_of_beijing"),
    ),
    Fact(
        number=3,
        text="The vendor has pages to try the models, with an overview, prices, quota and answers.",
        client=nothing("Links are for people; the client sends requests only."),
        sandbox=nothing("The sandbox is no offer of the vendor."),
        app=proof(at.LINKS, "test_links__lead_to_the_pages_that_the_vendors_documents_name")
        + proof(at.ADMIN_ACCOUNT, "test_detail__links_to_the_vendors_pages")
        + proof(at.ENGINE, "test_values__that_are_left_out_come_from_the_backend"),
    ),
    Fact(
        number=4,
        text="Sister models make try-ons (Basic and Plus) and refine finished pictures.",
        client=proof(at.CLIENT, "test_try_on__from_upload_to_picture")
        + proof(at.CLIENT, "test_refine__accepts_the_pictures_of_the_try_on"),
        sandbox=proof(
            at.SANDBOX_IMAGES,
            "TestRefiner::test_refiner__accepts_a_try_on_result",
            "TestTryOn::test_person__none_or_several",
        ),
        app=proof(at.END_TO_END, "test_try_on__face_option_and_model_reach_the_engine")
        + proof("tests/jobs/test_refine.py", "test_refine__makes_a_new_result_with_its_own_charge"),
    ),
)

OVERVIEW = section(
    PARSING,
    "Overview",
    Fact(
        number=5,
        text="The model's name in requests is aitryon-parsing-v1.",
        client=proof(at.SAMPLE_BODIES, "test_parse__is_the_sample_request"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_parse__sample_succeeds")
        + proof(at.SANDBOX_APP, "test_parse__refuses_a_try_on_model"),
        app=proof(at.SAMPLES_IN_APP, "test_parse__sample_answer_becomes_a_hotspot"),
    ),
    Fact(
        number=6,
        text="Each parsed picture costs CNY 0.004.",
        client=nothing("The client knows no prices."),
        sandbox=nothing("The sandbox charges nothing."),
        app=proof(at.SAMPLES_IN_APP, "test_parse__sample_answer_becomes_a_hotspot")
        + proof(at.ADMIN_PARSES, "test_parse_button__is_beside_the_picture_and_shows_the_price")
        + proof(at.ESTIMATES, "test_cost__covers_pictures_and_their_parses"),
    ),
    Fact(
        number=7,
        text="An account may send ten parses a second.",
        client=proof(at.CLIENT_REFUSALS, "test_refusal__of_too_many_submits"),
        sandbox=proof(at.SANDBOX_LIMITS, "test_parses__ten_in_a_second"),
        app=proof(at.RATE_LIMITS, "test_acquire__keeps_the_limit_in_every_sliding_second")
        + proof(at.APP_RULES, "test_limits__are_the_documented_ones"),
    ),
    Fact(
        number=8,
        text="A parse is answered at once, so any number may run at the same time.",
        client=proof(at.PAYLOADS, "test_parsing__is_synchronous"),
        sandbox=proof(at.SANDBOX_RULES, "test_parses__do_not_wait_for_a_slot")
        + proof(at.SANDBOX_IMAGES, "TestParse::test_parse__creates_no_task"),
        app=proof(at.APP_RULES, "test_parse__needs_no_slot"),
    ),
    Fact(
        number=9,
        text="The first 400 parsed pictures of an account are free.",
        client=proof(at.ERRORS, "test_documented_errors__have_one_meaning"),
        sandbox=proof(
            at.SANDBOX_QUOTA,
            "test_parse__is_refused_when_the_quota_is_used_up",
            "test_parse__that_finds_nothing_counts",
        ),
        app=proof(
            at.FREE_QUOTA,
            "test_parse__free_one_is_a_charge_of_nothing",
            "test_cost__subtracts_what_is_left",
            "TestBudget::test_admits_free_images_and_no_more",
        ),
    ),
    Fact(
        number=10,
        text="The main account and its RAM users share the limits.",
        client=proof(at.CLIENT_REFUSALS, "test_refusal__of_too_many_submits"),
        sandbox=proof(
            at.SANDBOX_APP, "TestSharedAccount::test_limits__count_for_all_keys_together"
        ),
        app=proof(
            at.RATE_LIMITS, "test_admit__says_when_to_try_again_if_the_rate_limit_does_not_allow_it"
        )
        + proof(at.SUBMITS, "test_submit__throttling_pauses_the_account"),
    ),
)

FACTS = INTRODUCTION + OVERVIEW
