"""The parsing document on the request: endpoint, headers and fields."""

from __future__ import annotations

from tests.seeds import files as at
from tests.seeds.fact import PARSING, Fact, nothing, proof, section

PREREQUISITES = section(
    PARSING,
    "Prerequisites",
    Fact(
        number=24,
        text="The API is used over plain HTTP requests; no SDK is needed.",
        client=proof(at.SAMPLE_BODIES, "test_parse__is_the_sample_request"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_parse__sample_succeeds"),
        app=nothing("The app sends requests through the client only."),
    ),
    Fact(
        number=25,
        text="The key belongs into the environment variable DASHSCOPE_API_KEY.",
        client=nothing("The client is given its key by the app."),
        sandbox=proof(at.SANDBOX_APP, "test_key__any_format_is_accepted"),
        app=proof(at.ENGINE, "test_key__falls_back_to_the_environment_variable_of_the_backend"),
    ),
)

ENDPOINT = section(
    PARSING,
    "Request endpoint",
    Fact(
        number=26,
        text="Parses go to POST /api/v1/services/vision/image-process/process.",
        client=proof(at.SAMPLE_BODIES, "test_parse__is_the_sample_request"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_parse__sample_succeeds"),
        app=proof(at.SAMPLES_IN_APP, "test_parse__sample_answer_becomes_a_hotspot"),
    ),
)

PARAMETERS = section(
    PARSING,
    "Request parameters",
    Fact(
        number=27,
        text="The body is JSON, and the Content-Type says so.",
        client=proof(at.SAMPLE_BODIES, "test_parse__is_the_sample_request"),
        sandbox=proof(
            at.SANDBOX_APP,
            "test_body__has_to_be_a_json_object",
            "test_submit__content_type_may_name_a_charset",
        ),
        app=nothing("The app sends requests through the client only."),
    ),
    Fact(
        number=28,
        text="The key is in the header Authorization, after the word Bearer.",
        client=proof(at.SECRETS, "test_key__is_sent_in_the_header_only"),
        sandbox=proof(
            at.SANDBOX_APP,
            "test_key__missing",
            "test_key__other_scheme_is_invalid",
            "TestKnownKeys::test_key__unknown_one_is_refused",
        ),
        app=proof(at.SAMPLES_IN_APP, "test_try_on__sample_of_a_refused_key_stops_the_account"),
    ),
    Fact(
        number=29,
        text="The body names the model.",
        client=proof(at.SAMPLE_BODIES, "test_parse__is_the_sample_request"),
        sandbox=proof(at.SANDBOX_APP, "test_submit__errors_of_the_gateway")
        + proof(at.SANDBOX_APP, "test_parse__refuses_a_try_on_model"),
        app=proof(at.SAMPLES_IN_APP, "test_parse__sample_answer_becomes_a_hotspot"),
    ),
    Fact(
        number=30,
        text="input.image_url is required.",
        client=proof(at.SAMPLE_BODIES, "test_parse__is_the_sample_request"),
        sandbox=proof(at.SANDBOX_FIELDS, "test_parse__needs_a_picture")
        + proof(at.SANDBOX_RULES, "test_parse__needs_the_address_of_a_picture"),
        app=proof("tests/test_actions.py", "test_parse_clothes__needs_a_picture"),
    ),
    Fact(
        number=31,
        text="The address may be a temporary one that the vendor gives for an upload.",
        client=proof(at.PAYLOADS, "test_parsing__asks_the_api_to_resolve_uploads")
        + proof(at.CLIENT_UPLOADS, "test_upload__is_valid_for_almost_two_days"),
        sandbox=proof(
            at.SANDBOX_UPLOADS,
            "TestOssUrl::test_url__works_for_parsing",
            "TestOssUrl::test_url__needs_the_resolve_header",
        ),
        app=proof(
            at.UPLOADS,
            "test_auto__local_file_is_uploaded",
            "test_auto__public_https_address_is_used_unchanged",
        ),
    ),
    Fact(
        number=32,
        text="A picture's file has at least 5 KB and at most 5 MB.",
        client=nothing("The client does not judge pictures."),
        sandbox=proof(
            at.SANDBOX_PICTURES, "test_file__both_bounds_are_allowed", "test_file__out_of_bounds"
        ),
        app=proof(
            at.PICTURE_RULES,
            "test_file__of_less_than_5_kb_is_refused",
            "test_file__of_more_than_5_mb_is_compressed",
        ),
    ),
    Fact(
        number=33,
        text=(
            "Each side of a picture has from 150 to 4,096 pixels. The error code "
            "InvalidInputLength excludes both ends, so the app stays inside."
        ),
        client=nothing("The client does not judge pictures."),
        sandbox=proof(
            at.SANDBOX_PICTURES, "test_sides__both_bounds_are_allowed", "test_sides__out_of_bounds"
        ),
        app=proof(
            at.PICTURE_RULES,
            "test_side__below_the_smallest_is_refused",
            "test_side__of_the_smallest_size_is_accepted",
            "test_side__of_4096_pixels_is_scaled_below_it",
        ),
    ),
    Fact(
        number=34,
        text="Pictures may be JPG, JPEG, PNG, BMP or HEIC.",
        client=nothing("The client does not open pictures."),
        sandbox=proof(
            at.SANDBOX_PICTURES,
            "test_format__documented_ones_are_read",
            "test_format__heic_is_read",
            "test_format__everything_else_is_an_invalid_url",
        ),
        app=proof(at.PICTURE_RULES, "test_format__documented_ones_are_accepted")
        + proof("tests/test_install_lines.py", "test_readme__installs_the_reader_of_heic"),
    ),
    Fact(
        number=35,
        text="The photo shows exactly one person, and all of that person.",
        client=nothing("The client does not judge pictures."),
        sandbox=proof(
            at.VALIDATION,
            "test_shipped_pictures__are_refused_for_the_right_reason",
            "test_several_people__are_refused",
            "test_incomplete_people__are_refused",
        )
        + proof(at.SANDBOX_ENGINES, "test_person__unusable_pictures"),
        app=proof(at.GUIDE, "test_rules__are_those_of_the_documentation")
        + proof(
            at.PICTURE_CHECK, "TestRule::test_request_is_refused_with_picture_reason_and_remedy"
        )
        + proof(at.PICTURES_END_TO_END, "test_bad_photo__is_refused_before_anything_is_sent")
        + proof(at.STEPS, "TestPhotoThatTheEngineRefuses::test_refused_parse_marks_the_photo"),
    ),
    Fact(
        number=36,
        text="An address starts with http or https; paths of files are refused.",
        client=nothing("The client passes addresses on."),
        sandbox=proof(at.SANDBOX_DOWNLOADS, "test_url__unusable"),
        app=proof(
            at.UPLOADS,
            "test_auto__local_file_is_uploaded",
            "test_url__address_without_a_host_is_refused",
        ),
    ),
    Fact(
        number=37,
        text="parameters.clothes_type may be left out.",
        client=nothing("The client always names the types."),
        sandbox=proof(at.SANDBOX_RULES, "test_clothes_type__left_out_means_the_top"),
        app=nothing("The app always names the types."),
    ),
    Fact(
        number=38,
        text='Without it, ["upper"] applies.',
        client=nothing("The client always names the types."),
        sandbox=proof(at.SANDBOX_FIELDS, "test_parse__default_is_the_top")
        + proof(at.SANDBOX_IMAGES, "TestParse::test_clothes_type__is_the_top_by_default"),
        app=proof(at.JOB_PARSES, "TestAutomatic::test_asks_for_both_halves")
        + proof(at.PARSE_COMMAND, "test_default__is_upper_and_lower"),
    ),
    Fact(
        number=39,
        text="The lists of the answer have the length and the order of this list.",
        client=proof(at.CLIENT, "test_parse__finds_areas_in_the_requested_order"),
        sandbox=proof(at.SANDBOX_IMAGES, "TestParse::test_lists__are_in_the_requested_order"),
        app=proof(at.PARSE_COMMAND, "test_two_types__in_any_order"),
    ),
    Fact(
        number=40,
        text='Four lists are valid: ["upper"], ["lower"], ["dress"] and ["upper", "lower"].',
        client=proof(at.CLIENT_RULES, "test_clothes_type__is_sent_as_each_documented_list")
        + proof(at.PAYLOADS, "test_parsing__refuses_a_string_of_which_each_letter_would_be_a_type"),
        sandbox=proof(at.SANDBOX_FIELDS, "test_parse__accepts_the_documented_lists"),
        app=proof(
            at.JOB_PARSES,
            "test_request_parse__takes_the_four_lists_of_the_document",
            "test_request_parse__refuses_a_string",
        )
        + proof(at.ADMIN_PARSES, "test_parse_button__parses_the_chosen_clothes"),
    ),
    Fact(
        number=41,
        text="Any other list is refused with the code InvalidParameter.ClothesType.",
        client=proof(at.SAMPLE_ANSWERS, "test_parse__reads_the_sample_error"),
        sandbox=proof(at.SANDBOX_FIELDS, "test_parse__refuses_other_lists")
        + proof(at.SAMPLE_REQUESTS, "test_parse__with_an_unknown_type_has_the_sample_error"),
        app=proof(
            at.JOB_PARSES, "test_request_parse__refuses_a_combination_that_one_call_cannot_have"
        )
        + proof(at.API_VIEWS, "test_parse_clothes__invalid_request_is_refused")
        + proof(at.PARSE_COMMAND, "test_combination__that_the_engine_does_not_support"),
    ),
)

FACTS = PREREQUISITES + ENDPOINT + PARAMETERS
