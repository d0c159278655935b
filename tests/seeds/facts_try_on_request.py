"""The try-on document on creating a task: headers, fields and the fields of the answer."""

from __future__ import annotations

from tests.seeds import files as at
from tests.seeds.fact import TRY_ON, Fact, nothing, proof, section

STEP_1 = section(
    TRY_ON,
    "Step 1: create a task (ステップ 1:タスクの作成)",
    Fact(
        number=80,
        text="A try-on takes two steps: create a task, then query its result.",
        client=proof(at.CLIENT, "test_try_on__from_upload_to_picture"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_try_on__sample_succeeds"),
        app=proof(at.SAMPLES_IN_APP, "test_try_on__sample_answers_become_a_stored_picture"),
    ),
    Fact(
        number=81,
        text=(
            "Tasks are created by POST /api/v1/services/aigc/image2image/image-synthesis; the "
            "samples end this path in a slash."
        ),
        client=proof(at.SAMPLE_BODIES, "test_submit__is_the_sample_request"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_try_on__sample_succeeds")
        + proof(at.SANDBOX_APP, "test_submit__responds_like_the_sample"),
        app=proof(at.SAMPLES_IN_APP, "test_try_on__is_the_sample_request"),
    ),
    Fact(
        number=82,
        text="The answer has the task's id at once; its result can be queried for 24 hours.",
        client=proof(at.SAMPLE_ANSWERS, "test_submit__reads_the_sample_answer"),
        sandbox=proof(at.SANDBOX_TASKS, "test_task__is_unknown_after_24_hours"),
        app=proof(at.APP_RULES, "test_deadline__is_a_day")
        + proof(at.COLLECT, "test_poll__task_has_expired_by_the_engines_own_times"),
    ),
)

PARAMETERS = section(
    TRY_ON,
    "Request parameters (リクエストパラメーター)",
    Fact(
        number=83,
        text="The header X-DashScope-Async: enable is required.",
        client=proof(at.SAMPLE_BODIES, "test_submit__is_the_sample_request"),
        sandbox=proof(at.SANDBOX_APP, "test_submit__needs_the_async_header"),
        app=proof(at.SAMPLES_IN_APP, "test_try_on__is_the_sample_request"),
    ),
    Fact(
        number=84,
        text="Parses are synchronous and have no such header.",
        client=proof(at.SAMPLE_BODIES, "test_parse__is_the_sample_request"),
        sandbox=proof(at.SANDBOX_APP, "test_parse__refuses_the_async_header"),
        app=proof(at.SAMPLES_IN_APP, "test_parse__sample_answer_becomes_a_hotspot"),
    ),
    Fact(
        number=85,
        text="The body names the model of the try-on.",
        client=proof(at.SAMPLE_BODIES, "test_submit__is_the_sample_request"),
        sandbox=proof(at.SANDBOX_APP, "test_submit__errors_of_the_gateway"),
        app=proof(at.SAMPLES_IN_APP, "test_try_on__is_the_sample_request"),
    ),
    Fact(
        number=86,
        text="input.person_image_url is required.",
        client=proof(at.SAMPLE_BODIES, "test_submit__is_the_sample_request"),
        sandbox=proof(at.SANDBOX_FIELDS, "test_try_on__missing_or_malformed_fields")
        + proof(at.SAMPLE_REQUESTS, "test_try_on__failed_task_has_the_form_of_the_sample"),
        app=proof(at.ADMIN_REQUESTS, "test_missing_photo__is_reported_and_the_input_kept"),
    ),
    Fact(
        number=87,
        text="The vendor offers a set of model photos to download and use.",
        client=nothing("Photos are chosen by people."),
        sandbox=nothing("The sandbox offers no photos."),
        app=proof(
            "tests/test_starter_set.py",
            "test_command__adds_photos_and_garments_that_can_be_tried_on",
        )
        + proof(
            "tests/admin/test_sample_pictures.py",
            "test_button__fills_the_empty_list_and_leaves_a_history",
        ),
    ),
    Fact(
        number=88,
        text="input.top_garment_url takes a top or a dress.",
        client=proof(at.SAMPLE_BODIES, "test_submit__is_the_sample_request[105-dress]"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_try_on__sample_succeeds[105-dress]"),
        app=proof(at.SAMPLES_IN_APP, "test_try_on__is_the_sample_request[105-dress]"),
    ),
    Fact(
        number=89,
        text="A request names a top, bottoms, or both.",
        client=proof(at.ERRORS, "test_documented_errors__have_one_meaning"),
        sandbox=proof(at.SANDBOX_FIELDS, "test_try_on__without_garments"),
        app=proof(at.JOB_TRY_ONS, "test_of__refuses_garments_that_cannot_be_worn_together")
        + proof(at.ADMIN_REQUESTS, "test_missing_garment__is_reported_and_the_photos_kept"),
    ),
    Fact(
        number=90,
        text="A garment that is not given leaves its field out of the request.",
        client=proof(at.PAYLOADS, "test_try_on__leaves_out_empty_garments"),
        sandbox=proof(at.SANDBOX_FIELDS, "test_try_on__empty_and_null_garments_are_missing"),
        app=proof(at.SUBMITS, "test_submit__half_without_a_garment_is_left_out"),
    ),
    Fact(
        number=91,
        text="A dress goes into the field of the top, and the field of the bottoms stays empty.",
        client=proof(at.SAMPLE_BODIES, "test_submit__is_the_sample_request[105-dress]"),
        sandbox=proof(at.SANDBOX_RULES, "test_dress__may_have_an_empty_bottom"),
        app=proof(at.SAMPLES_IN_APP, "test_try_on__is_the_sample_request[105-dress]")
        + proof(at.JOB_TRY_ONS, "test_of__refuses_garments_that_cannot_be_worn_together"),
    ),
    Fact(
        number=92,
        text="input.bottom_garment_url takes bottoms.",
        client=proof(at.SAMPLE_BODIES, "test_submit__is_the_sample_request[102-bottom]"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_try_on__sample_succeeds[102-bottom]"),
        app=proof(at.SAMPLES_IN_APP, "test_try_on__is_the_sample_request[102-bottom]"),
    ),
    Fact(
        number=93,
        text="parameters.resolution is an optional whole number; the default is -1.",
        client=proof(at.PAYLOADS, "test_try_on__keeps_size_and_face_by_default"),
        sandbox=proof(
            at.SANDBOX_FIELDS,
            "test_try_on__has_the_documented_defaults",
            "test_try_on__missing_or_malformed_fields",
        ),
        app=proof(at.API_TRY_ONS, "test_create__has_the_default_options"),
    ),
    Fact(
        number=94,
        text="1024 makes 576 x 1024 pixels, and 1280 makes 720 x 1280; -1 keeps the photo's size.",
        client=proof(at.PAYLOADS, "test_try_on__has_both_garments"),
        sandbox=proof(at.SANDBOX_IMAGES, "TestTryOn::test_result__has_the_requested_size"),
        app=proof(at.END_TO_END, "test_try_on__resolution_decides_the_size")
        + proof(at.APP_RULES, "test_resolutions__are_named_with_their_sizes"),
    ),
    Fact(
        number=95,
        text="Other values may be accepted too; those three work best.",
        client=proof(at.CLIENT_RULES, "test_resolution__may_be_any_number"),
        sandbox=proof(at.SANDBOX_FIELDS, "test_try_on__accepts_any_whole_resolution"),
        app=proof(at.JOB_TRY_ONS, "test_options__accept_the_resolutions_of_the_settings")
        + proof(at.API_TRY_ONS, "test_create__accepts_the_resolutions_of_the_settings")
        + proof(at.ADMIN_REQUESTS, "test_form__offers_the_resolutions_of_the_settings"),
    ),
    Fact(
        number=96,
        text="parameters.restore_face is an optional boolean; the default, true, keeps the face.",
        client=proof(at.PAYLOADS, "test_try_on__keeps_size_and_face_by_default"),
        sandbox=proof(
            at.SANDBOX_FIELDS,
            "test_try_on__has_the_documented_defaults",
            "test_try_on__missing_or_malformed_fields",
        ),
        app=proof(at.API_TRY_ONS, "test_create__has_the_default_options")
        + proof(at.TRY_ON_COMMAND, "test_options__are_stored"),
    ),
)

RESPONSE = section(
    TRY_ON,
    "Response parameters of step 1 (レスポンスパラメーター)",
    Fact(
        number=97,
        text="output.task_id is the unique id of the task.",
        client=proof(at.SAMPLE_ANSWERS, "test_submit__reads_the_sample_answer"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_try_on__sample_succeeds"),
        app=proof(at.SAMPLES_IN_APP, "test_try_on__sample_answers_become_a_stored_picture"),
    ),
    Fact(
        number=98,
        text="output.task_status of a new task is PENDING.",
        client=proof(at.SAMPLE_ANSWERS, "test_submit__reads_the_sample_answer"),
        sandbox=proof(at.SANDBOX_APP, "test_submit__responds_like_the_sample"),
        app=proof(at.SUBMITS, "test_submit__stores_task_and_time"),
    ),
    Fact(
        number=99,
        text="The answer to a new task has the request's unique id.",
        client=proof(at.SAMPLE_ANSWERS, "test_submit__reads_the_sample_answer"),
        sandbox=proof(at.SANDBOX_APP, "test_submit__responds_like_the_sample"),
        app=proof(at.APP_RULES, "test_request_id__of_a_submit_is_stored"),
    ),
)

FACTS = STEP_1 + PARAMETERS + RESPONSE
