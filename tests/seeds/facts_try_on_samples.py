"""The try-on document's samples for creating a task."""

from __future__ import annotations

from tests.seeds import files as at
from tests.seeds.fact import TRY_ON, Fact, proof, section


def sample(number: int, text: str, name: str) -> Fact:
    """Return the fact that a sample request works on every side."""
    return Fact(
        number=number,
        text=text,
        client=proof(at.SAMPLE_BODIES, f"test_submit__is_the_sample_request[{name}]"),
        sandbox=proof(at.SAMPLE_REQUESTS, f"test_try_on__sample_succeeds[{name}]"),
        app=proof(at.SAMPLES_IN_APP, f"test_try_on__is_the_sample_request[{name}]"),
    )


REQUESTS = section(
    TRY_ON,
    "Sample requests (リクエスト例)",
    sample(100, "The sample for a top names no bottoms.", "100-top"),
    sample(
        101,
        "The sample for a top that keeps the worn bottoms sends their crop as the bottoms.",
        "101-top-keep-bottom",
    ),
    sample(102, "The sample for bottoms names no top.", "102-bottom"),
    sample(
        103,
        "The sample for bottoms that keeps the worn top sends its crop as the top.",
        "103-bottom-keep-top",
    ),
    sample(104, "The sample for an outfit names a top and bottoms.", "104-top-and-bottom"),
    sample(105, "The sample for a dress names it as the top, alone.", "105-dress"),
)

ANSWERS = section(
    TRY_ON,
    "Sample responses of step 1 (レスポンス例)",
    Fact(
        number=106,
        text="The sample answer has status and id of the task, and the id of the request.",
        client=proof(at.SAMPLE_ANSWERS, "test_submit__reads_the_sample_answer"),
        sandbox=proof(at.SAMPLE_REQUESTS, "test_try_on__sample_succeeds")
        + proof(at.SANDBOX_APP, "test_submit__responds_like_the_sample"),
        app=proof(at.SAMPLES_IN_APP, "test_try_on__sample_answers_become_a_stored_picture"),
    ),
    Fact(
        number=107,
        text="Without a key, the sample error is InvalidApiKey and says that no key was given.",
        client=proof(at.SAMPLE_ANSWERS, "test_submit__reads_the_sample_error"),
        sandbox=proof(
            at.SAMPLE_REQUESTS, "test_try_on__sample_without_its_key_has_the_sample_error"
        ),
        app=proof(at.SAMPLES_IN_APP, "test_try_on__sample_of_a_refused_key_stops_the_account")
        + proof(
            "tests/management/test_outfitanyone_resume.py",
            "test_resume__resumes_a_stopped_account_and_repeats_the_reason",
        ),
    ),
)

FACTS = REQUESTS + ANSWERS
