from __future__ import annotations

import pytest
from django.utils import timezone

from django_outfitanyone.choices import Status
from tests.admin.pages import address, text_of
from tests.factories import make_try_on

pytestmark = pytest.mark.django_db


def make_unclear_try_on(**columns):
    candidates = [
        {"task_id": "task-1", "state": "running", "submitted_at": "2026-11-21T10:00:02+00:00"},
        {"task_id": "task-2", "state": "odd", "submitted_at": ""},
    ]
    return make_try_on(
        status=Status.NEEDS_ATTENTION,
        submitted_at=timezone.now(),
        error_code="OutcomeUnknown",
        error_message="No response came back.",
        **{"remote_answer": {"candidates": candidates}, **columns},
    )


def test_page__explains_the_problem_and_lists_the_candidate_tasks(site):
    page = text_of(site.get("tryonresult_change", make_unclear_try_on().pk))

    assert "no response came back" in page
    assert "<code>task-1</code>" in page
    assert "<td>running</td>" in page
    assert "<code>task-2</code>" in page
    for label in ("Use this task", "Retry (may be charged twice)", "Cancel this try-on"):
        assert label in page


def test_page__without_candidates_refers_to_the_vendors_console(site):
    page = text_of(site.get("tryonresult_change", make_unclear_try_on(remote_answer={}).pk))

    assert "No matching remote task was found." in page
    assert "Use this task" not in page


def test_adopt__assigns_the_selected_task(site, messages_of):
    try_on = make_unclear_try_on()

    response = site.post("tryonresult_adopt", try_on.pk, task="task-1")

    try_on.refresh_from_db()
    assert (try_on.status, try_on.remote_task_id) == (Status.RUNNING, "task-1")
    assert messages_of(response) == ["The picture of this task will be downloaded."]
    assert response.url == address("tryonresult_change", try_on.pk)


def test_adopt__refuses_a_task_that_is_no_candidate(site, messages_of):
    try_on = make_unclear_try_on()

    response = site.post("tryonresult_adopt", try_on.pk, task="task-9")

    try_on.refresh_from_db()
    assert try_on.status == Status.NEEDS_ATTENTION
    (refusal,) = messages_of(response)
    assert "task-9" in refusal


@pytest.mark.parametrize(
    ("action", "status"), [("retry", Status.QUEUED), ("cancel", Status.CANCELED)]
)
def test_unclear_try_on__can_be_retried_or_canceled(site, action, status):
    try_on = make_unclear_try_on()

    site.post("tryonresult_do", try_on.pk, action=action)

    try_on.refresh_from_db()
    assert try_on.status == status


def test_adopt__accepts_post_requests_only(site):
    assert site.get("tryonresult_adopt", make_unclear_try_on().pk).status_code == 405
    assert site.post("tryonresult_adopt", 4711, task="x").status_code == 404
