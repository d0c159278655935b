"""The try-on document on querying a task."""

from __future__ import annotations

from tests.seeds import files as at
from tests.seeds.fact import TRY_ON, Fact, nothing, proof, section

THROUGH_CLIENT = nothing("The app sends requests through the client only.")

REQUEST = section(
    TRY_ON,
    "Step 2: query the result (ステップ 2:タスク ID による結果のクエリ)",
    Fact(
        number=108,
        text="A task is queried by GET /api/v1/tasks/{task_id}.",
        client=proof(at.SAMPLE_BODIES, "test_query__is_the_sample_request"),
        sandbox=proof(at.SANDBOX_APP, "test_paths__may_end_in_a_slash"),
        app=proof(at.SAMPLES_IN_APP, "test_try_on__sample_answers_become_a_stored_picture"),
    ),
    Fact(
        number=109,
        text="The query needs the key in the header Authorization too.",
        client=proof(at.SAMPLE_BODIES, "test_query__is_the_sample_request"),
        sandbox=proof(at.SANDBOX_RULES, "test_query__needs_the_key"),
        app=THROUGH_CLIENT,
    ),
    Fact(
        number=110,
        text="The task's id is a part of the path.",
        client=proof(at.PAYLOADS, "test_task_path__quotes_the_task_id"),
        sandbox=proof(at.SANDBOX_TASKS, "test_unknown_task__is_no_error"),
        app=THROUGH_CLIENT,
    ),
)

RESPONSE = section(
    TRY_ON,
    "Response parameters of step 2 (レスポンスパラメーター)",
    Fact(
        number=111,
        text=(
            "A task is PENDING, PRE-PROCESSING, RUNNING, POST-PROCESSING, SUCCEEDED, FAILED, "
            "CANCELED or UNKNOWN."
        ),
        client=proof(at.ANSWERS, "test_task_report__maps_every_status_and_unknown_ones_to_unknown"),
        sandbox=proof(
            at.SANDBOX_TASKS,
            "test_task__passes_through_all_documented_statuses",
            "test_failed_task__fails_early",
            "test_cancel__while_pending",
            "test_unknown_task__is_no_error",
        ),
        app=proof(
            at.COLLECT,
            "test_poll__running_task_is_polled_again",
            "test_poll__unknown_status_counts_as_running",
        ),
    ),
    Fact(
        number=112,
        text="UNKNOWN means that the task does not exist, or that its state is not known.",
        client=proof(at.CLIENT, "test_query__of_an_unknown_task"),
        sandbox=proof(at.SANDBOX_TASKS, "test_unknown_task__is_no_error"),
        app=proof(
            at.COLLECT,
            "test_poll__new_task_that_the_engine_does_not_know_yet_is_polled_again",
            "test_poll__task_that_is_gone_is_polled_some_times_more_before_it_fails",
        ),
    ),
    Fact(
        number=113,
        text="CANCELED is the end of a task that was canceled before it ran.",
        client=proof(at.CLIENT, "test_cancel__of_a_waiting_task"),
        sandbox=proof(
            at.SANDBOX_TASKS,
            "test_cancel__while_pending",
            "test_canceled_task__was_never_scheduled",
        ),
        app=proof(at.COLLECT, "test_poll__task_canceled_at_the_engine_cancels_the_try_on")
        + proof(
            "tests/management/test_reports.py",
            "test_check_success__says_only_that_a_try_on_was_canceled_where_no_error_is_known",
        ),
    ),
    Fact(
        number=114,
        text="output.image_url is the address of the picture, valid for 24 hours.",
        client=proof(at.SAMPLE_ANSWERS, "test_query__reads_the_sample_of_success"),
        sandbox=proof(
            at.SANDBOX_FILES,
            "test_url__expires_24_hours_after_the_task_ended",
            "test_file__lives_for_a_day",
        ),
        app=proof(at.END_TO_END, "test_try_on__picture_is_stored_charged_and_marked_as_preview"),
    ),
    Fact(
        number=115,
        text=(
            "submit_time, scheduled_time and end_time are written as YYYY-MM-DD HH:MM:SS.mmm; "
            "they are Beijing time."
        ),
        client=proof(at.SAMPLE_ANSWERS, "test_query__reads_the_sample_of_success")
        + proof(at.ANSWERS, "test_moment__is_in_utc_or_none"),
        sandbox=proof(
            at.SANDBOX_TASKS,
            "test_times__are_beijing_local",
            "test_times__have_three_digits_of_a_second",
            "test_succeeded_body__is_in_the_order_of_the_sample",
        ),
        app=proof(at.COLLECT, "test_poll__records_how_long_the_task_took"),
    ),
    Fact(
        number=116,
        text="A failed task has output.code and output.message.",
        client=proof(at.SAMPLE_ANSWERS, "test_query__reads_the_sample_of_failure"),
        sandbox=proof(at.SANDBOX_TASKS, "test_failed_body__has_neither_times_nor_usage"),
        app=proof(at.SAMPLES_IN_APP, "test_try_on__sample_of_failure_is_stored_and_free")
        + proof(at.COLLECT, "test_poll__failed_task_keeps_the_error_of_the_engine"),
    ),
    Fact(
        number=117,
        text="usage.image_count of a task is the number of pictures that were made.",
        client=proof(at.SAMPLE_ANSWERS, "test_query__reads_the_sample_of_success")
        + proof(at.ANSWERS, "test_task_report__number_of_pictures_is_plausible_or_unknown"),
        sandbox=proof(at.SANDBOX_TASKS, "test_succeeded_body__is_in_the_order_of_the_sample"),
        app=proof(at.LEDGER, "test_settle__price_is_that_of_all_pictures"),
    ),
)

SAMPLES = section(
    TRY_ON,
    "Sample request and responses of step 2 (リクエスト例、レスポンス例)",
    Fact(
        number=118,
        text="The sample query has the header Authorization only.",
        client=proof(at.SAMPLE_BODIES, "test_query__is_the_sample_request"),
        sandbox=proof(
            at.SAMPLE_REQUESTS,
            "test_query__sample_is_answered_unknown",
            "test_try_on__sample_succeeds",
        ),
        app=THROUGH_CLIENT,
    ),
    Fact(
        number=119,
        text="Task and picture are deleted 24 hours after the task was created.",
        client=proof(at.CLIENT, "test_query__of_an_unknown_task"),
        sandbox=proof(at.SANDBOX_TASKS, "test_task__is_unknown_after_24_hours")
        + proof(at.SANDBOX_FILES, "test_file__is_purged_after_its_url_expired"),
        app=proof(at.APP_RULES, "test_stored_picture__outlives_the_remote_file")
        + proof(at.STEPS, "TestLossWarning::test_comes_once_when_the_remote_copy_expires_soon"),
    ),
    Fact(
        number=120,
        text="The sample of success has id, status, three times and the picture, and one image.",
        client=proof(at.SAMPLE_ANSWERS, "test_query__reads_the_sample_of_success"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_try_on__sample_succeeds")
        + proof(at.SANDBOX_TASKS, "test_succeeded_body__is_in_the_order_of_the_sample"),
        app=proof(at.SAMPLES_IN_APP, "test_try_on__sample_answers_become_a_stored_picture"),
    ),
    Fact(
        number=121,
        text="The sample of failure has neither times nor usage.",
        client=proof(at.SAMPLE_ANSWERS, "test_query__reads_the_sample_of_failure"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_try_on__failed_task_has_the_form_of_the_sample")
        + proof(at.SANDBOX_TASKS, "test_failed_body__has_neither_times_nor_usage"),
        app=proof(at.SAMPLES_IN_APP, "test_try_on__sample_of_failure_is_stored_and_free"),
    ),
)

FACTS = REQUEST + RESPONSE + SAMPLES
