"""The try-on document up to its showcase: what the model does and costs."""

from __future__ import annotations

from tests.seeds import files as at
from tests.seeds.fact import TRY_ON, Fact, nothing, proof, section

INTRODUCTION = section(
    TRY_ON,
    "Introduction",
    Fact(
        number=55,
        text="Plus shows texture and logos better than Basic and takes longer.",
        client=nothing("The client leaves the choice of the model to its caller."),
        sandbox=proof(at.SANDBOX_TASKS, "test_task__runs_as_long_as_its_model_does"),
        app=proof(at.APP_RULES, "test_models__are_described_by_quality_and_speed"),
    ),
)

CAPABILITIES = section(
    TRY_ON,
    "Model capabilities (モデルの機能)",
    Fact(
        number=56,
        text="With a top alone, the bottoms are random, or the worn ones are kept.",
        client=proof(at.PAYLOADS, "test_try_on__leaves_out_empty_garments"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_try_on__sample_succeeds[100-top]"),
        app=proof(at.ADMIN_REQUESTS, "test_request__keeps_or_replaces_the_other_half")
        + proof(at.SUBMITS, "test_submit__half_without_a_garment_is_left_out")
        + proof(
            at.WORDING,
            "test_admin__says_random",
            "test_api__says_random",
            "test_command__says_random",
        ),
    ),
    Fact(
        number=57,
        text="With bottoms alone, the top is random, or the worn one is kept.",
        client=proof(at.PAYLOADS, "test_try_on__leaves_out_empty_garments"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_try_on__sample_succeeds[102-bottom]"),
        app=proof(at.END_TO_END, "test_try_on__replaced_half_is_left_to_the_engine")
        + proof(at.TRY_ON_COMMAND, "test_other_half__is_kept_unless_a_new_one_is_asked_for")
        + proof(
            at.WORDING,
            "test_admin__says_random",
            "test_api__says_random",
            "test_command__says_random",
        ),
    ),
    Fact(
        number=58,
        text="With a top and bottoms, the whole outfit changes.",
        client=proof(at.PAYLOADS, "test_try_on__has_both_garments"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_try_on__sample_succeeds[104-top-and-bottom]"),
        app=proof(at.END_TO_END, "test_try_on__top_and_bottom_get_a_hotspot_each"),
    ),
    Fact(
        number=59,
        text="A dress or a jumpsuit can be tried on.",
        client=proof(at.SAMPLE_BODIES, "test_submit__is_the_sample_request[105-dress]"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_try_on__sample_succeeds[105-dress]")
        + proof("local/tests/engine/test_try_on.py", "test_dress__goes_over_two_pieces")
        + proof("local/tests/engine/test_try_on.py", "test_jumpsuit__has_two_legs"),
        app=proof(at.END_TO_END, "test_try_on__one_piece_is_parsed_as_a_dress"),
    ),
    Fact(
        number=60,
        text="The person's face is kept, or replaced by a new random one.",
        client=proof(at.PAYLOADS, "test_try_on__has_both_garments"),
        sandbox=proof(
            at.SANDBOX_IMAGES, "TestTryOn::test_result__new_face_is_accepted_but_not_made"
        ),
        app=proof(at.END_TO_END, "test_try_on__face_option_and_model_reach_the_engine")
        + proof(at.TRY_ON_COMMAND, "test_options__are_stored")
        + proof(
            at.WORDING,
            "test_admin__says_random",
            "test_api__says_random",
            "test_command__says_random",
        ),
    ),
    Fact(
        number=61,
        text="The result has the size of the photo, or a size that the request names.",
        client=proof(at.PAYLOADS, "test_try_on__keeps_size_and_face_by_default"),
        sandbox=proof(at.SANDBOX_IMAGES, "TestTryOn::test_result__has_the_requested_size"),
        app=proof(at.END_TO_END, "test_try_on__resolution_decides_the_size"),
    ),
)

OVERVIEW = section(
    TRY_ON,
    "Model overview (モデル概要)",
    Fact(
        number=62,
        text="The model's name in requests is aitryon-plus.",
        client=proof(at.SAMPLE_BODIES, "test_submit__is_the_sample_request"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_try_on__sample_succeeds"),
        app=proof(at.API_TRY_ONS, "test_create__has_the_default_options"),
    ),
    Fact(
        number=63,
        text="A picture costs $0.071677.",
        client=nothing("The client knows no prices."),
        sandbox=nothing("The sandbox charges nothing."),
        app=proof(at.LIST_PRICES, "test_list_prices__in_the_vendors_currencies")
        + proof(at.ENGINE, "test_price__is_that_of_the_vendors_list_unless_prices_are_set"),
    ),
    Fact(
        number=64,
        text="An account may send ten tasks a second.",
        client=proof(at.CLIENT_REFUSALS, "test_refusal__of_too_many_submits"),
        sandbox=proof(at.SANDBOX_LIMITS, "test_submits__ten_in_a_second"),
        app=proof(at.RATE_LIMITS, "test_acquire__keeps_the_limit_in_every_sliding_second")
        + proof(at.APP_RULES, "test_limits__are_the_documented_ones"),
    ),
    Fact(
        number=65,
        text="Five tasks of an account run at the same time.",
        client=nothing("The client sends what it is told to send."),
        sandbox=proof(
            at.SANDBOX_LIMITS, "TestRunning::test_running__five_tasks_run_and_the_others_wait"
        ),
        app=proof(at.END_TO_END, "test_batch__never_runs_more_tasks_than_the_account_has_slots")
        + proof(
            "tests/models/test_try_on.py", "TestConstraints::test_slot_holds_one_row_of_an_account"
        )
        + proof(at.APP_RULES, "test_limits__are_the_documented_ones"),
    ),
)

FACTS = INTRODUCTION + CAPABILITIES + OVERVIEW
