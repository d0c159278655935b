"""The try-on document on pictures: what photos of people and garments have to show."""

from __future__ import annotations

from tests.seeds import files as at
from tests.seeds.fact import TRY_ON, Fact, nothing, proof, section

PASSED_ON = nothing("The client does not judge pictures.")
IN_GUIDE = proof(at.GUIDE, "test_rules__are_those_of_the_documentation")
REFUSED_UNPAID = proof(
    at.PICTURE_CHECK, "TestRule::test_request_is_refused_with_picture_reason_and_remedy"
)
GARMENT_CHECKED = proof(at.PICTURE_CHECK, "TestRule::test_garment_is_checked_too")
HAS_TEXT = proof(at.PICTURE_FINDINGS, "test_texts__exist_for_every_code_of_the_local_engine")

PEOPLE = section(
    TRY_ON,
    "Model image requirements (モデル画像の要件)",
    Fact(
        number=66,
        text="People of any gender and skin colour may be shown, from the age of six.",
        client=PASSED_ON,
        sandbox=proof(
            "local/tests/engine/test_parsing.py",
            "test_drawn_people__are_nearly_all_parsed_as_the_right_kind",
        ),
        app=IN_GUIDE
        + proof(at.ADMIN_GUIDE, "test_add_page__shows_the_open_guide_with_every_text")
        + proof(at.API_SCHEMA, "test_schema__says_what_an_uploaded_picture_must_show"),
    ),
    Fact(
        number=67,
        text=(
            "The photo is well lit and shows the whole person from the front, with both hands "
            "visible, arms not crossed and nothing in front of the body."
        ),
        client=PASSED_ON,
        sandbox=proof(at.SANDBOX_FINDINGS, "test_covered_person__is_told")
        + proof(at.SANDBOX_ENGINES, "test_person__badly_photographed")
        + proof(
            at.CHECK_PERSON,
            "test_things_held_over_hips_and_hands__are_noticed",
            "test_crossed_arms__are_graded_by_how_far_they_cross",
        )
        + proof(at.SANDBOX_RULES_ON_PICTURES, "test_warnings__are_in_the_successful_answer"),
        app=IN_GUIDE
        + REFUSED_UNPAID
        + proof(at.ADMIN_CHECK, "TestUpload::test_photo_is_checked_and_the_finding_is_shown")
        + HAS_TEXT,
    ),
    Fact(
        number=68,
        text="The document shows examples of good and of bad model photos.",
        client=PASSED_ON,
        sandbox=nothing("The sandbox shows no examples."),
        app=proof(at.GUIDE, "test_examples__show_each_fault_and_what_works")
        + proof(at.ADMIN_GUIDE, "test_example__says_in_words_whether_it_works_and_what_it_shows")
        + proof(at.GUIDE, "test_page__is_written_from_the_guide"),
    ),
    Fact(
        number=69,
        text="A photo of several people is invalid.",
        client=PASSED_ON,
        sandbox=proof(at.VALIDATION, "test_several_people__are_refused"),
        app=IN_GUIDE
        + REFUSED_UNPAID
        + proof(at.PICTURES_END_TO_END, "test_bad_photo__is_refused_before_anything_is_sent")
        + proof(at.STEPS, "TestPhotoThatTheEngineRefuses::test_refused_parse_marks_the_photo"),
    ),
    Fact(
        number=70,
        text="A person from the side, seated, lying, or shown by half is invalid.",
        client=PASSED_ON,
        sandbox=proof(
            at.VALIDATION,
            "test_shipped_pictures__are_refused_for_the_right_reason",
            "test_incomplete_people__are_refused",
            "test_side_views__are_refused",
        )
        + proof(at.CHECK_PERSON, "test_people_who_lie__do_not_stand"),
        app=IN_GUIDE
        + REFUSED_UNPAID
        + proof(at.PICTURES_END_TO_END, "test_bad_photo__is_refused_before_anything_is_sent")
        + proof(at.STEPS, "TestPhotoThatTheEngineRefuses::test_refused_parse_marks_the_photo"),
    ),
    Fact(
        number=71,
        text="A person or clothes hidden by a bag or by held things are invalid.",
        client=PASSED_ON,
        sandbox=proof(at.SANDBOX_FINDINGS, "test_covered_person__is_told")
        + proof(
            at.SANDBOX_RULES_ON_PICTURES,
            "test_person__is_refused_with_the_documented_error_and_the_own_reason",
        ),
        app=IN_GUIDE
        + REFUSED_UNPAID
        + proof(at.ADMIN_CHECK, "TestUpload::test_photo_is_checked_and_the_finding_is_shown")
        + HAS_TEXT,
    ),
    Fact(
        number=72,
        text="A badly lit or blurred photo is invalid.",
        client=PASSED_ON,
        sandbox=proof(at.SANDBOX_ENGINES, "test_person__badly_photographed")
        + proof(at.CHECK_PERSON, "test_overexposed_pictures__are_badly_lit")
        + proof(
            at.SANDBOX_RULES_ON_PICTURES,
            "test_person__is_refused_with_the_documented_error_and_the_own_reason",
        ),
        app=IN_GUIDE
        + REFUSED_UNPAID
        + proof(at.ADMIN_CHECK, "TestUpload::test_photo_is_checked_and_the_finding_is_shown")
        + HAS_TEXT,
    ),
)

GARMENTS = section(
    TRY_ON,
    "Garment image requirements (服装画像の要件)",
    Fact(
        number=73,
        text="Tops, bottoms and dresses can be tried on, and suits of a top and bottoms.",
        client=proof(at.PAYLOADS, "test_try_on__has_both_garments"),
        sandbox=proof(
            at.SAMPLE_REQUESTS,
            "test_try_on__sample_succeeds[104-top-and-bottom]",
            "test_try_on__sample_succeeds[105-dress]",
        ),
        app=proof(
            at.ADMIN_FORM,
            "test_combining__offers_choices_that_make_a_difference",
            "test_combining__defaults_to_the_pieces_of_a_product",
        )
        + proof(at.JOB_TRY_ONS, "test_of__sorts_garments_by_kind"),
    ),
    Fact(
        number=74,
        text="Underwear, wedding dresses and special traditional costumes are not supported.",
        client=PASSED_ON,
        sandbox=nothing("The sandbox cannot tell such clothes from others."),
        app=IN_GUIDE + proof(at.ADMIN_GUIDE, "test_add_page__shows_the_open_guide_with_every_text"),
    ),
    Fact(
        number=75,
        text="A garment picture shows a single garment that lies flat.",
        client=PASSED_ON,
        sandbox=proof(at.SEGMENTATION, "test_segment_garment__refuses_two_garments")
        + proof(at.SANDBOX_ENGINES, "test_garment__not_exactly_one_clear_garment"),
        app=IN_GUIDE
        + GARMENT_CHECKED
        + HAS_TEXT
        + proof(at.ADMIN_CHECK, "TestUpload::test_garment_is_checked_as_its_kind"),
    ),
    Fact(
        number=76,
        text="The garment is spread out, without folds and creases, and nothing hides it.",
        client=PASSED_ON,
        sandbox=proof(at.CHECK_GARMENT, "test_creased_garments__are_named"),
        app=proof(
            at.GUIDE,
            "test_rules__are_those_of_the_documentation",
            "test_examples__show_each_fault_and_what_works",
        )
        + proof(at.ADMIN_GUIDE, "test_add_page__shows_the_open_guide_with_every_text"),
    ),
    Fact(
        number=77,
        text="The background is plain, clean and even, without complex light or shadows.",
        client=PASSED_ON,
        sandbox=proof(
            at.SANDBOX_FINDINGS,
            "test_busy_background__is_told",
            "test_good_pictures__have_no_findings",
        )
        + proof(at.CHECK_GARMENT, "test_hard_shadows__are_named"),
        app=IN_GUIDE + GARMENT_CHECKED + HAS_TEXT,
    ),
    Fact(
        number=78,
        text="The garment fills as much of the frame as it can.",
        client=PASSED_ON,
        sandbox=proof(at.SANDBOX_FINDINGS, "test_garment_that_is_small_in_the_frame__is_told"),
        app=IN_GUIDE
        + GARMENT_CHECKED
        + HAS_TEXT
        + proof(at.PICTURES_END_TO_END, "test_small_garment__is_cropped"),
    ),
    Fact(
        number=79,
        text="The document shows examples of good and of bad garment pictures.",
        client=PASSED_ON,
        sandbox=nothing("The sandbox shows no examples."),
        app=proof(at.GUIDE, "test_examples__show_each_fault_and_what_works")
        + proof(at.ADMIN_GUIDE, "test_example__says_in_words_whether_it_works_and_what_it_shows")
        + proof(at.GUIDE, "test_page__is_written_from_the_guide"),
    ),
)

FACTS = PEOPLE + GARMENTS
