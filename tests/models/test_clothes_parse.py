from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account, ClothesParse
from django_outfitanyone.models.clothes_parse import PATIENCE
from tests.factories import make_model_image
from tests.work import claimed

pytestmark = pytest.mark.django_db

SHA256 = "0" * 64


def make_parse(types="upper,lower", **columns):
    columns.setdefault("account", Account.of())
    columns.setdefault("model_image", make_model_image())
    columns.setdefault("picture_sha256", SHA256)
    return ClothesParse.objects.create(clothes_types=types, **columns)


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        (["upper"], True),
        (["lower", "upper"], True),
        (["dress"], False),
        (["upper", "dress"], False),
    ],
)
def test_covers(types, expected):
    assert ClothesParse(clothes_types="upper,lower").covers(types) is expected


class TestNotFailedBefore:
    @pytest.fixture
    def parses(self):
        now = timezone.now()
        failed = {"status": Status.FAILED}
        return {
            "open": make_parse(),
            "unclear": make_parse(status=Status.NEEDS_ATTENTION, finished_at=now),
            "just failed": make_parse(**failed, finished_at=now),
            "failed long ago": make_parse(**failed, finished_at=now - timedelta(hours=2)),
            "canceled long ago": make_parse(
                status=Status.CANCELED, finished_at=now - timedelta(hours=2)
            ),
        }

    def names(self, parses, moment):
        kept = set(ClothesParse.objects.not_failed_before(moment))
        return {name for name, parse in parses.items() if parse in kept}

    def test_without_a_moment_every_failure_is_left_out(self, parses):
        assert self.names(parses, None) == {"open", "unclear"}

    def test_later_failures_stay_in(self, parses):
        hour_ago = timezone.now() - timedelta(hours=1)

        assert self.names(parses, hour_ago) == {"open", "unclear", "just failed"}


class TestDuplicates:
    def test_finished_ones_cover_these_types_of_the_same_contents(self):
        finished = {"status": Status.SUCCEEDED}
        other = Account.objects.create(name="other")
        both = make_parse(**finished)
        make_parse("dress", **finished)
        make_parse(**finished, picture_sha256="f" * 64)
        make_parse(**finished, account=other)
        make_parse(status=Status.FAILED)
        parse = make_parse("lower")

        assert parse.duplicates() == [both]

    def test_earlier_one_counts_while_it_is_open_and_not_in_trouble(self):
        first, second = make_parse(), make_parse("upper")
        assert second.may_wait_for(second.duplicates())
        assert not first.may_wait_for(first.duplicates())

        ClothesParse.objects.filter(pk=first.pk).update(attempts=PATIENCE)
        assert not second.may_wait_for(second.duplicates())


@pytest.mark.parametrize(
    "status", [Status.SUCCEEDED, Status.FAILED, Status.CANCELED, Status.NEEDS_ATTENTION]
)
def test_open_key__is_cleared_when_the_parse_ends(status):
    parse = claimed(make_parse(status=Status.SUBMITTING, open_key="key"))
    if status == Status.SUCCEEDED:
        parse.mark_collecting()
        assert parse.open_key == "key"
    {
        Status.SUCCEEDED: parse.mark_succeeded,
        Status.FAILED: parse.mark_failed,
        Status.CANCELED: parse.mark_canceled,
        Status.NEEDS_ATTENTION: parse.mark_needs_attention,
    }[status]()

    parse.refresh_from_db()
    assert (parse.status, parse.open_key) == (status, None)


def test_open_key__is_cleared_when_a_person_gives_up():
    parse = make_parse(open_key="key")

    assert parse.give_up()
    assert parse.open_key is None


def test_is_reused__only_when_nothing_was_sent():
    now = timezone.now()

    assert ClothesParse(status=Status.SUCCEEDED).is_reused
    assert not ClothesParse(status=Status.SUCCEEDED, submitted_at=now).is_reused
    assert not ClothesParse(status=Status.FAILED).is_reused
