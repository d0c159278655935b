from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.account import rate_limits
from django_outfitanyone.choices import Status
from django_outfitanyone.engines.dashscope import OutfitAnyone
from django_outfitanyone.error_help import FIXED_BY
from django_outfitanyone.exceptions import AccountProblem
from django_outfitanyone.models import Account
from tests.admin.pages import address, text_of
from tests.factories import make_charge, make_try_on

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


@pytest.mark.parametrize(("page", "args"), PAGES)
def test_account_notice__explains_a_stopped_account_on_every_page(
    site, stopped_account, page, args
):
    text = text_of(site.get(page, *args))

    assert "the account “default” is stopped." in text
    assert "A bill is overdue." in text
    assert f"Who can fix it: {FIXED_BY['account']}." in text
    assert "Resume</button>" in text


@pytest.mark.parametrize(("page", "args"), PAGES)
def test_account_notice__reports_a_missing_api_key(site, configure, monkeypatch, page, args):
    configure(API_KEY="")
    monkeypatch.delenv("DASHSCOPE_API_KEY", raising=False)

    text = text_of(site.get(page, *args))

    assert "No API key is set: nothing is sent." in text
    assert "DASHSCOPE_API_KEY" in text


def test_account_notice__is_on_detail_batch_and_deletion_pages(site, stopped_account):
    try_on = make_try_on()

    for page, argument in (
        ("tryonresult_change", try_on.pk),
        ("tryonresult_batch", try_on.batch),
        ("tryonresult_delete", try_on.pk),
        ("garment_change", try_on.garments[0].pk),
        ("modelimage_change", try_on.model_image_id),
    ):
        assert "is stopped" in text_of(site.get(page, argument)), page


@pytest.mark.parametrize(("page", "args"), PAGES)
def test_account_notice__is_absent_without_a_problem(site, page, args):
    assert "outfit-notice" not in text_of(site.get(page, *args))


def test_resume__resumes_the_account_and_returns_to_the_page(site, stopped_account, messages_of):
    here = address("garment_changelist") + "?q=x"

    response = site.post("account_resume", stopped_account.pk, next=here)

    stopped_account.refresh_from_db()
    assert not stopped_account.is_stopped
    assert response.url == here
    assert messages_of(response) == ["“default” is resumed: waiting requests are sent now."]


def test_resume__ends_a_pause(site, messages_of):
    Account.of()
    Account.objects.update(next_submission_at=timezone.now() + timedelta(minutes=5))

    site.post("account_resume", "default")

    assert Account.of().next_submission_at < timezone.now()


def test_resume__reports_an_account_that_was_not_stopped(site, messages_of):
    Account.of()

    assert messages_of(site.post("account_resume", "default")) == ["“default” was not stopped."]


def test_resume__accepts_post_requests_only(site, stopped_account):
    assert site.get("account_resume", stopped_account.pk).status_code == 405
    assert site.post("account_resume", "unknown").status_code == 404


def test_resume__is_an_action_of_the_changelist(site, stopped_account):
    site.select("account", "resume_selected", [stopped_account])

    stopped_account.refresh_from_db()
    assert not stopped_account.is_stopped


def test_resume__needs_the_change_permission(site_with, stopped_account):
    site = site_with("view_account", "view_garment")

    assert site.post("account_resume", stopped_account.pk).status_code == 403
    text = text_of(site.get("garment_changelist"))
    assert "is stopped" in text
    assert "Resume</button>" not in text
    assert site.offered_actions("account") == set()


def test_detail__shows_the_free_images_that_are_left(site, configure):
    account = Account.of()
    assert "no free quota set" in text_of(site.get("account_change", account.pk))

    configure(FREE_IMAGES={"aitryon-parsing-v1": 400, "aitryon-plus": 10})
    make_try_on(status=Status.RUNNING)
    text = text_of(site.get("account_change", account.pk))
    assert "400 of 400 (aitryon-parsing-v1), 9 of 10 (aitryon-plus)" in text


def test_detail__links_to_the_vendors_pages(site, monkeypatch):
    account = Account.of()
    text = text_of(site.get("account_change", account.pk))

    for link in OutfitAnyone.LINKS:
        start = f'<a href="{link.url}" target="_blank" rel="noopener noreferrer">'
        assert f"{start}{link.title}</a>" in text

    monkeypatch.setattr(OutfitAnyone, "LINKS", ())
    assert "noopener" not in text_of(site.get("account_change", account.pk))


def test_detail__is_read_only_and_shows_state_runner_and_slots(site, stopped_account):
    make_try_on(status=Status.RUNNING, slot=1)
    make_try_on(status=Status.RUNNING, slot=4)

    text = text_of(site.get("account_change", stopped_account.pk))

    assert "2 of 5" in text
    assert "stopped: Arrearage" in text
    assert "never seen" in text
    assert 'name="_save"' not in text
    assert site.get("account_add").status_code == 403
    assert site.get("account_delete", stopped_account.pk).status_code == 403


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (10, "active"),
        (-65, "idle; last seen 1\xa0minute ago"),
        (-300, "not running; last seen 5\xa0minutes ago"),
    ],
)
def test_detail__shows_when_the_runner_was_last_seen(site, offset, expected):
    account = Account.of()
    Account.objects.update(runner_expires_at=timezone.now() + timedelta(seconds=offset))

    page = text_of(site.get("account_change", account.pk))
    assert f'"readonly">{expected}<' in page


def test_detail__shows_how_long_a_pause_lasts(site):
    account = Account.of()
    Account.objects.update(next_submission_at=timezone.now() + timedelta(seconds=40))

    text = text_of(site.get("account_change", account.pk))

    assert "more seconds, after too many requests" in text
    assert "Resume</button>" in text


def test_changelist__works_without_an_account(site):
    response = site.get("account_changelist")

    assert "try on a garment first" in text_of(response)


class TestSeveralAccounts:
    @pytest.fixture
    def gone(self):
        """The account of an engine that is not in the settings any more, with rows of its own."""
        account = Account.objects.create(name="gone")
        make_charge(account=account, currency="USD")
        return make_try_on(status=Status.QUEUED, account=account, due_at=timezone.now())

    def test_list_shows_each_engine(self, site, configure, settings):
        own = settings.OUTFITANYONE["ENGINES"]
        configure(ENGINES={**own, "toy": {"BACKEND": "tests.toy_engine.ToyEngine"}})
        Account.of("toy")
        Account.of()
        text = text_of(site.get("account_changelist"))

        assert "Toy" in text
        assert "OutfitAnyone" in text

    def test_rows_of_an_engine_that_is_gone_stay_readable(self, site, gone):
        Account.of()
        for page, *args in (
            ("account_changelist",),
            ("account_change", "gone"),
            ("tryonresult_changelist",),
            ("tryonresult_change", gone.pk),
            ("charge_changelist",),
        ):
            assert site.get(page, *args).status_code == 200
        assert "not in the settings any more" in text_of(site.get("account_change", "gone"))
        batch = text_of(site.get("tryonresult_batch", gone.batch))
        assert "waiting for the engine “gone”" in batch

    def test_notice__names_the_account_that_is_stopped(self, site, configure, settings):
        own = settings.OUTFITANYONE["ENGINES"]["default"]
        configure(ENGINES={"default": own, "second": own})
        Account.of()
        rate_limits.stop(Account.of("second"), AccountProblem("Pay.", code="Arrearage"))

        assert "the account “second” is stopped." in text_of(site.get("garment_changelist"))
