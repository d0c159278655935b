"""The parsing document on the answer: fields, samples and errors."""

from __future__ import annotations

from tests.seeds import files as at
from tests.seeds.fact import PARSING, Fact, nothing, proof, section

PARAMETERS = section(
    PARSING,
    "Response parameters",
    Fact(
        number=42,
        text="output.parsing_img_url lists one address for each type, or null for no such clothes.",
        client=proof(at.SAMPLE_ANSWERS, "test_parse__reads_the_sample_without_clothes")
        + proof(at.ANSWERS, "test_parse_report__has_the_order_of_the_request"),
        sandbox=proof(at.SANDBOX_IMAGES, "TestParse::test_nothing_found__in_one_of_two"),
        app=proof(at.SAMPLES_IN_APP, "test_parse__sample_without_clothes_is_a_paid_success"),
    ),
    Fact(
        number=43,
        text="output.crop_img_url lists one address for each type, or null for no such clothes.",
        client=proof(at.SAMPLE_ANSWERS, "test_parse__reads_the_sample_with_clothes")
        + proof(at.ANSWERS, "test_parse_report__keeps_a_box_whose_pictures_are_missing"),
        sandbox=proof(
            at.SANDBOX_IMAGES, "TestParse::test_nothing_found__is_null_in_all_three_lists"
        ),
        app=proof(at.SAMPLES_IN_APP, "test_parse__sample_without_clothes_is_a_paid_success"),
    ),
    Fact(
        number=44,
        text="output.bbox lists one box of four whole numbers for each type.",
        client=proof(at.ANSWERS, "test_parse_report__of_an_area")
        + proof(at.ANSWERS, "test_parse_report__ignores_an_invalid_box"),
        sandbox=proof(at.SANDBOX_IMAGES, "TestParse::test_lists__are_in_the_requested_order"),
        app=proof(at.PARSES, "test_parse__finds_the_requested_areas"),
    ),
    Fact(
        number=45,
        text="Where nothing was found, a list is printed as [null] or as [None].",
        client=proof(at.SAMPLE_ANSWERS, "test_parse__reads_each_form_of_null")
        + proof(at.DOCUMENTS, "test_decode__reads_none_as_null_except_in_texts"),
        sandbox=proof(
            at.SAMPLE_REQUESTS,
            "test_parse__of_clothes_that_are_not_worn_has_the_sample_answer",
        ),
        app=proof(at.SAMPLES_IN_APP, "test_parse__bare_none_is_paid_once")
        + proof(at.PARSES, "test_parse__every_form_of_nothing_found_is_one_paid_call"),
    ),
    Fact(
        number=46,
        text="Boxes are in the order of clothes_type.",
        client=proof(at.CLIENT, "test_parse__finds_areas_in_the_requested_order"),
        sandbox=proof(at.SANDBOX_IMAGES, "TestParse::test_lists__are_in_the_requested_order"),
        app=proof(at.PARSES, "test_parse__finds_the_requested_areas"),
    ),
    Fact(
        number=47,
        text="Lists that are shorter than asked, or missing, lose nothing else of the answer.",
        client=proof(at.ANSWERS, "test_parse_report__understands_all_forms_of_nothing_found")
        + proof(at.CLIENT_RULES, "test_parse__short_lists_keep_what_they_have"),
        sandbox=nothing("The sandbox always answers with whole lists."),
        app=proof(at.KEPT_HALF, "TestCropWithoutBox::test_is_kept_and_makes_no_hotspot")
        + proof(at.PARSES, "test_parse__every_form_of_nothing_found_is_one_paid_call"),
    ),
    Fact(
        number=48,
        text="usage.image_count counts the parsed picture: 1, for any number of types.",
        client=proof(at.SAMPLE_ANSWERS, "test_parse__reads_the_sample_with_clothes"),
        sandbox=proof(at.SANDBOX_RULES, "test_image_count__is_one_for_two_types"),
        app=proof(at.KEPT_HALF, "TestOneCall::test_serves_both_halves_and_later_hotspots")
        + proof(at.END_TO_END, "test_batch__photo_is_parsed_once_for_both_halves"),
    ),
    Fact(
        number=49,
        text="request_id is the unique id of the request.",
        client=proof(at.SAMPLE_ANSWERS, "test_parse__reads_the_sample_with_clothes"),
        sandbox=proof(at.SANDBOX_RULES, "test_request_id__is_different_each_time"),
        app=proof(at.SAMPLES_IN_APP, "test_parse__sample_answer_becomes_a_hotspot"),
    ),
)

REQUEST = section(
    PARSING,
    "Sample request",
    Fact(
        number=50,
        text="The sample request parses the top of a model photo.",
        client=proof(at.SAMPLE_BODIES, "test_parse__is_the_sample_request"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_parse__sample_succeeds"),
        app=proof(at.SAMPLES_IN_APP, "test_parse__sample_answer_becomes_a_hotspot"),
    ),
)

RESPONSE = section(
    PARSING,
    "Sample response",
    Fact(
        number=51,
        text="The sample of success has one box, one address in each list, and one image.",
        client=proof(at.SAMPLE_ANSWERS, "test_parse__reads_the_sample_with_clothes"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_parse__sample_succeeds"),
        app=proof(at.SAMPLES_IN_APP, "test_parse__sample_answer_becomes_a_hotspot"),
    ),
    Fact(
        number=52,
        text="The sample without such clothes has null in all lists and counts one image too.",
        client=proof(at.SAMPLE_ANSWERS, "test_parse__reads_the_sample_without_clothes"),
        sandbox=proof(
            at.SAMPLE_REQUESTS,
            "test_parse__of_clothes_that_are_not_worn_has_the_sample_answer",
        ),
        app=proof(at.SAMPLES_IN_APP, "test_parse__sample_without_clothes_is_a_paid_success"),
    ),
    Fact(
        number=53,
        text="The sample of failure has request_id, code and message at the top level.",
        client=proof(at.SAMPLE_ANSWERS, "test_parse__reads_the_sample_error"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_parse__with_an_unknown_type_has_the_sample_error"),
        app=proof(at.SAMPLES_IN_APP, "test_parse__sample_error_fails_and_is_free"),
    ),
)

ERROR_CODES = section(
    PARSING,
    "Error codes",
    Fact(
        number=54,
        text="The general error codes of the vendor's platform apply as well.",
        client=proof(at.ERRORS, "test_documented_errors__have_one_meaning")
        + proof(at.CLIENT_REFUSALS, "test_refusals__raise_the_same_error_for_every_method"),
        sandbox=proof(
            at.SANDBOX_FAULTS, "TestErrors::test_error__has_its_documented_status_and_message"
        ),
        app=proof(
            at.ERROR_HELP,
            "test_engine_errors__name_who_can_fix_them",
            "test_error_help_for__every_code_has_a_text_and_a_person",
        ),
    ),
)

FACTS = PARAMETERS + REQUEST + RESPONSE + ERROR_CODES
