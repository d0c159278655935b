"""The try-on document on error codes, and its questions and answers."""

from __future__ import annotations

from tests.seeds import files as at
from tests.seeds.fact import TRY_ON, Fact, nothing, proof, section

FOR_PEOPLE = nothing("It is a hint for people; no request depends on it.")

ERROR_CODES = section(
    TRY_ON,
    "Error codes (エラーコード)",
    Fact(
        number=122,
        text="400 InvalidParameter: a required field is missing or has a wrong format.",
        client=proof(at.ERRORS, "test_documented_errors__have_one_meaning"),
        sandbox=proof(
            at.SANDBOX_FIELDS,
            "test_try_on__missing_or_malformed_fields",
            "test_field_fault__shows_in_a_failed_task_by_default",
            "TestAtSubmit::test_field_fault__shows_in_the_submit_response",
        ),
        app=proof(at.SAMPLES_IN_APP, "test_try_on__sample_of_failure_is_stored_and_free"),
    ),
    Fact(
        number=123,
        text="400 InvalidParameter, with another message: the picture's download timed out.",
        client=proof(
            at.ERRORS,
            "test_documented_errors__have_one_meaning",
            "test_failed_task__timeout_is_a_fault_of_the_server",
        ),
        sandbox=proof(at.SANDBOX_DOWNLOADS, "test_stalled_body__is_a_timeout")
        + proof(at.SANDBOX_FAULTS, "TestErrors::test_download_timeout__in_every_language"),
        app=proof(at.APP_RULES, "test_timed_out_download__is_repeated_in_every_language"),
    ),
    Fact(
        number=124,
        text=(
            "Downloads time out for bad connections, internal addresses of the object storage, "
            "and hosts outside mainland China."
        ),
        client=proof("tests/engines/test_addresses.py", "test_is_public_address"),
        sandbox=proof(at.SANDBOX_DOWNLOADS, "test_stalled_response__is_a_timeout"),
        app=proof(at.APP_RULES, "test_timed_out_download__help_names_the_causes")
        + proof(at.UPLOADS, "test_auto__https_address_in_a_private_network_is_uploaded"),
    ),
    Fact(
        number=125,
        text="400 InvalidURL: the address cannot be used, or the picture's format.",
        client=proof(at.ERRORS, "test_documented_errors__have_one_meaning"),
        sandbox=proof(at.SANDBOX_DOWNLOADS, "test_url__unusable", "test_url__with_an_error_status")
        + proof(at.SANDBOX_PICTURES, "test_format__everything_else_is_an_invalid_url"),
        app=proof(at.APP_RULES, "test_refused_task__is_stored_with_help[InvalidURL]"),
    ),
    Fact(
        number=126,
        text="400 InvalidPerson: the photo shows no person or several.",
        client=proof(at.ERRORS, "test_documented_errors__have_one_meaning"),
        sandbox=proof(at.SANDBOX_IMAGES, "TestTryOn::test_person__none_or_several"),
        app=proof(at.END_TO_END, "test_try_on__rejected_photo_fails_with_the_error_of_the_engine")
        + proof(at.STEPS, "TestPhotoThatTheEngineRefuses::test_failed_task_marks_the_photo"),
    ),
    Fact(
        number=127,
        text="400 InvalidGarment: no garment was given.",
        client=proof(at.ERRORS, "test_documented_errors__have_one_meaning"),
        sandbox=proof(at.SANDBOX_FIELDS, "test_try_on__without_garments")
        + proof(
            at.SANDBOX_RULES_ON_PICTURES,
            "test_garment__is_refused_with_the_documented_error_and_the_own_reason",
        ),
        app=proof(
            "tests/test_refused_garments.py",
            "test_help__says_what_the_picture_must_show_whatever_the_message_is",
        ),
    ),
    Fact(
        number=128,
        text="400 InvalidInputLength: sides or file of a picture are too small or too large.",
        client=proof(at.ERRORS, "test_documented_errors__have_one_meaning"),
        sandbox=proof(at.SANDBOX_PICTURES, "test_sides__out_of_bounds", "test_file__out_of_bounds"),
        app=proof(at.APP_RULES, "test_refused_task__is_stored_with_help[InvalidInputLength]"),
    ),
)

QUESTIONS = section(
    TRY_ON,
    "Questions and answers (よくある質問)",
    Fact(
        number=129,
        text="Flat lays show cut, pattern and outline of a garment best.",
        client=FOR_PEOPLE,
        sandbox=FOR_PEOPLE,
        app=proof(at.GUIDE, "test_rules__are_those_of_the_documentation")
        + proof(at.ADMIN_GUIDE, "test_add_page__shows_the_open_guide_with_every_text"),
    ),
    Fact(
        number=130,
        text=(
            "Without a flat lay, lay the garment on a clean floor or hang it on a wall and "
            "photograph it from above, or photograph it from the front, worn by a model or a "
            "mannequin, whole and uncovered."
        ),
        client=FOR_PEOPLE,
        sandbox=proof(at.SANDBOX_ENGINES, "test_garment__worn_by_a_person_is_cut_out")
        + proof(
            at.SANDBOX_RULES_ON_PICTURES,
            "TestWornGarment::test_garment__is_cut_out",
            "TestWornGarment::test_cut_out__is_tried_on",
        ),
        app=proof(at.GUIDE, "test_rules__are_those_of_the_documentation")
        + proof(at.ADMIN_GUIDE, "test_add_page__shows_the_open_guide_with_every_text")
        + proof(at.PICTURES_END_TO_END, "test_worn_garment__is_cut_out_and_restored"),
    ),
    Fact(
        number=131,
        text=(
            "A model wears simple, close-fitting clothes such as a T-shirt and shorts: no long "
            "dress, wide sleeves or layers. Arms and legs are visible, without bags or umbrellas."
        ),
        client=FOR_PEOPLE,
        sandbox=FOR_PEOPLE,
        app=proof(at.GUIDE, "test_rules__are_those_of_the_documentation")
        + proof(at.ADMIN_GUIDE, "test_add_page__shows_the_open_guide_with_every_text"),
    ),
    Fact(
        number=132,
        text="A poor result mostly comes from a small, folded or slanted garment picture.",
        client=FOR_PEOPLE,
        sandbox=FOR_PEOPLE,
        app=proof(at.GUIDE, "test_rules__are_those_of_the_documentation")
        + proof(at.ADMIN_GUIDE, "test_add_page__shows_the_open_guide_with_every_text")
        + proof(at.PICTURE_FINDINGS, "test_size__is_judged_without_the_engine"),
    ),
)

FACTS = ERROR_CODES + QUESTIONS
