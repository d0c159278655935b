"""The parsing document on what a call returns, and what it is good for."""

from __future__ import annotations

from tests.seeds import files as at
from tests.seeds.fact import PARSING, Fact, nothing, proof, section

OUTPUTS = section(
    PARSING,
    "Core outputs",
    Fact(
        number=11,
        text='With clothes_type ["upper"], the answer has a picture of the cropped top.',
        client=proof(at.SAMPLE_ANSWERS, "test_parse__reads_the_sample_with_clothes"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_parse__sample_succeeds"),
        app=proof(at.SAMPLES_IN_APP, "test_parse__sample_answer_becomes_a_hotspot")
        + proof(at.HOTSPOTS, "TestStoredAreas::test_crop_is_stored_byte_for_byte"),
    ),
    Fact(
        number=12,
        text="The crop is an RGB picture.",
        client=nothing("The client does not open pictures."),
        sandbox=proof(at.SANDBOX_IMAGES, "TestParse::test_files__are_an_rgba_png_and_an_rgb_jpeg"),
        app=proof(at.APP_RULES, "test_stored_areas__are_an_rgb_crop_and_an_rgba_cutout"),
    ),
    Fact(
        number=13,
        text="The crop serves as the garment picture of the half that a partial try-on keeps.",
        client=proof(at.SAMPLE_BODIES, "test_submit__is_the_sample_request[101-top-keep-bottom]"),
        sandbox=proof(
            at.SANDBOX_IMAGES,
            "TestPartialTryOn::test_crop__keeps_the_top_while_the_bottom_changes",
            "TestPartialTryOn::test_crop__keeps_the_bottom_while_the_top_changes",
        ),
        app=proof(at.KEPT_HALF, "TestCrop::test_crop_that_is_large_enough_is_sent_byte_for_byte")
        + proof(at.END_TO_END, "test_try_on__kept_half_is_sent_as_a_garment"),
    ),
    Fact(
        number=14,
        text="As a garment picture, the crop has to keep the rules on size: 150 px and 5 KB.",
        client=nothing("The client does not open pictures."),
        sandbox=proof(
            at.SANDBOX_IMAGES,
            "TestPartialTryOn::test_crop__has_the_documented_sizes_too",
            "TestPartialTryOn::test_crop__padded_and_written_again_is_recognised",
        )
        + proof(at.SANDBOX_ENGINES, "test_padded_crop__keeps_the_other_half"),
        app=proof(
            at.KEPT_HALF,
            "TestCrop::test_narrow_crop_is_sent_on_plain_ground_and_stays_stored_as_it_came",
        )
        + proof(
            "tests/pictures/test_padding.py",
            "test_padded__small_side_becomes_long_enough_and_the_crop_keeps_its_pixels",
            "test_padded__file_of_one_colour_becomes_large_enough",
        ),
    ),
    Fact(
        number=15,
        text="The addresses of the pictures are valid for 24 hours.",
        client=nothing("The client returns addresses and fetches nothing from them."),
        sandbox=proof(
            at.SANDBOX_FILES, "test_parsed_files__live_for_a_day", "test_file__lives_for_a_day"
        ),
        app=proof(at.APP_RULES, "test_stored_areas__outlive_the_remote_files"),
    ),
    Fact(
        number=16,
        text="The visualized area, parsing_img_url, is a PNG with transparency (RGBA).",
        client=proof(at.SAMPLE_ANSWERS, "test_parse__reads_the_sample_with_clothes"),
        sandbox=proof(at.SANDBOX_IMAGES, "TestParse::test_files__are_an_rgba_png_and_an_rgb_jpeg"),
        app=proof(at.APP_RULES, "test_stored_areas__are_an_rgb_crop_and_an_rgba_cutout"),
    ),
    Fact(
        number=17,
        text="The visualized area is there for people, to check what the parse has found.",
        client=proof(at.ANSWERS, "test_parse_report__of_an_area"),
        sandbox=proof(at.SANDBOX_IMAGES, "TestParse::test_files__are_an_rgba_png_and_an_rgb_jpeg"),
        app=proof(at.API_RESPONSES, "test_hotspot__has_crop_and_cutout_with_their_sizes")
        + proof(at.PARSE_COMMAND, "test_json__names_crop_and_cutout"),
    ),
    Fact(
        number=18,
        text="A box is [x1, y1, x2, y2]: the upper left and the lower right corner.",
        client=proof(at.SAMPLE_ANSWERS, "test_parse__reads_the_sample_with_clothes"),
        sandbox=proof(at.SANDBOX_IMAGES, "TestParse::test_lists__are_in_the_requested_order"),
        app=proof(at.SAMPLES_IN_APP, "test_parse__sample_answer_becomes_a_hotspot"),
    ),
    Fact(
        number=19,
        text="Boxes count pixels of the picture that was sent, from its upper left corner.",
        client=proof(at.CLIENT, "test_parse__finds_areas_in_the_requested_order"),
        sandbox=proof(
            "local/tests/engine/test_api.py", "test_parse__crops_hold_the_pixels_of_the_picture"
        ),
        app=proof(at.ADMIN_HOTSPOTS, "test_boxes__are_drawn_by_the_server")
        + proof(
            at.API_RESPONSES,
            "test_try_on__has_hotspots_in_pixels_and_fractions_with_their_products",
        ),
    ),
    Fact(
        number=20,
        text="Boxes are meant for storefronts, for example for hotspots on products.",
        client=nothing("The client knows no storefront."),
        sandbox=nothing("The sandbox knows no storefront."),
        app=proof(at.TAG, "test_hotspot__is_a_link_with_name_and_price_on_the_box")
        + proof(at.END_TO_END, "test_try_on__hotspot_leads_to_the_product_of_the_garment"),
    ),
)

SCENARIOS = section(
    PARSING,
    "Scenarios",
    Fact(
        number=21,
        text=(
            "To keep the top and change the bottoms: parse the top of the photo, then send its "
            "crop as the top together with the new bottoms."
        ),
        client=proof(at.SAMPLE_BODIES, "test_submit__is_the_sample_request[103-bottom-keep-top]"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_try_on__sample_succeeds[103-bottom-keep-top]"),
        app=proof(at.SAMPLES_IN_APP, "test_try_on__is_the_sample_request[103-bottom-keep-top]"),
    ),
    Fact(
        number=22,
        text="Bottoms are kept in the same way, with the crop of the lower half.",
        client=proof(at.SAMPLE_BODIES, "test_submit__is_the_sample_request[101-top-keep-bottom]"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_try_on__sample_succeeds[101-top-keep-bottom]"),
        app=proof(at.SAMPLES_IN_APP, "test_try_on__is_the_sample_request[101-top-keep-bottom]"),
    ),
    Fact(
        number=23,
        text="To get coordinates only, parse a model photo or a picture of a try-on.",
        client=proof(at.CLIENT, "test_parse__finds_areas_in_the_requested_order"),
        sandbox=proof(at.SANDBOX_ENGINES, "test_parse__accepts_a_try_on_result"),
        app=proof(at.END_TO_END, "test_try_on__top_and_bottom_get_a_hotspot_each")
        + proof("tests/api/test_end_to_end.py", "test_parse__of_a_model_photo"),
    ),
)

FACTS = OUTPUTS + SCENARIOS
