from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account
from tests.admin.pages import address, text_of
from tests.factories import make_garment, make_model_image, make_try_on

pytestmark = pytest.mark.django_db

PAGES = [
    ("tryonresult_changelist", ()),
    ("garment_changelist", ()),
    ("garment_add", ()),
    ("product_changelist", ()),
    ("modelimage_changelist", ()),
    ("clothesparse_changelist", ()),
    ("account_changelist", ()),
    ("tryonresult_add", ()),
]


@pytest.fixture
def stopped():
    account = Account.current()
    account.stopped_at = timezone.now()
    account.stopped_code = "Arrearage"
    account.stopped_message = "A bill is overdue."
    account.save()
    return account


@pytest.mark.parametrize(("page", "args"), PAGES)
def test_banner__says_on_every_page_why_nothing_is_sent(site, stopped, page, args):
    text = text_of(site.get(page, *args))

    assert "the account “default” is stopped" in text
    assert "A bill is overdue." in text
    assert "Who can fix it: the owner of the API account." in text
    assert "Resume</button>" in text


@pytest.mark.parametrize(("page", "args"), PAGES)
def test_banner__says_on_every_page_that_there_is_no_key(site, configure, monkeypatch, page, args):
    configure(API_KEY="")
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)

    text = text_of(site.get(page, *args))

    assert "there is no API key" in text
    assert "DASHSCOPE_API_KEY" in text


def test_banner__is_on_detail_batch_and_deletion_pages(site, stopped):
    try_on = make_try_on()

    for page, argument in (
        ("tryonresult_change", try_on.pk),
        ("tryonresult_batch", try_on.batch),
        ("tryonresult_delete", try_on.pk),
        ("garment_change", try_on.top_garment_id),
        ("modelimage_change", try_on.model_image_id),
    ):
        assert "is stopped" in text_of(site.get(page, argument)), page


@pytest.mark.parametrize(("page", "args"), PAGES)
def test_banner__is_absent_when_all_is_well(site, page, args):
    assert "outfit-notice" not in text_of(site.get(page, *args))


def test_resume__goes_on_and_comes_back(site, stopped, said):
    here = address("garment_changelist") + "?q=x"

    response = site.post("account_resume", stopped.pk, next=here)

    stopped.refresh_from_db()
    assert not stopped.is_stopped
    assert response.url == here
    assert said(response) == ["“default” is resumed: what waits is sent now."]


def test_resume__lifts_a_pause_too(site, said):
    Account.current()
    Account.objects.update(next_submission_at=timezone.now() + timedelta(minutes=5))

    site.post("account_resume", "default")

    assert Account.current().next_submission_at < timezone.now()


def test_resume__of_a_working_account_says_so(site, said):
    Account.current()

    assert said(site.post("account_resume", "default")) == ["“default” was not stopped."]


def test_resume__is_a_form_not_a_link(site, stopped):
    assert site.get("account_resume", stopped.pk).status_code == 405
    assert site.post("account_resume", "nobody").status_code == 404


def test_resume__as_an_action_of_the_list(site, stopped):
    site.select("account", "resume_selected", [stopped])

    stopped.refresh_from_db()
    assert not stopped.is_stopped


def test_resume__is_for_those_who_may_change_accounts(site_of, stopped):
    site = site_of("view_account", "view_garment")

    assert site.post("account_resume", stopped.pk).status_code == 403
    text = text_of(site.get("garment_changelist"))
    assert "is stopped" in text
    assert "Resume</button>" not in text
    assert site.offered_actions("account") == set()


def test_page__is_read_only_and_tells_state_runner_and_slots(site, stopped):
    make_try_on(status=Status.RUNNING, slot=1)
    make_try_on(status=Status.RUNNING, slot=4)

    text = text_of(site.get("account_change", stopped.pk))

    assert "2 of 5" in text
    assert "stopped: Arrearage" in text
    assert "never seen" in text
    assert 'name="_save"' not in text
    assert site.get("account_add").status_code == 403
    assert site.get("account_delete", stopped.pk).status_code == 403


@pytest.mark.parametrize(
    ("offset", "expected"),
    [(10, "at work"), (-300, "idle; last seen 5\xa0minutes ago")],
)
def test_page__says_when_the_runner_was_seen(site, offset, expected):
    account = Account.current()
    Account.objects.update(runner_expires_at=timezone.now() + timedelta(seconds=offset))

    assert expected in text_of(site.get("account_change", account.pk))


def test_page__says_how_long_a_pause_lasts(site):
    account = Account.current()
    Account.objects.update(next_submission_at=timezone.now() + timedelta(seconds=40))

    text = text_of(site.get("account_change", account.pk))

    assert "after too many requests" in text
    assert "Resume</button>" in text


def test_pages__work_without_any_row(site):
    make_garment()
    make_model_image()

    assert site.get("account_changelist").status_code == 200
