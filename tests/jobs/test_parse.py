from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.parse import known_parse, request_parse, request_parse_for_half
from django_outfitanyone.models import ClothesParse
from tests.factories import make_model_image, make_staff, make_try_on

pytestmark = pytest.mark.django_db


def end(parse, status, **columns):
    """Write that this parse has ended."""
    columns = {"finished_at": timezone.now(), "open_key": None, **columns}
    ClothesParse.objects.filter(pk=parse.pk).update(status=status, **columns)


@pytest.mark.parametrize("types", [["upper", "dress"], [], ["hat"]])
def test_request_parse__refuses_a_combination_that_one_call_cannot_have(types):
    with pytest.raises(RequestRefused, match="upper"):
        request_parse(make_model_image(), types)


def test_request_parse__stores_what_the_call_needs():
    result, user = make_try_on(), make_staff()
    parse = request_parse(result, ["upper", "lower"], requested_by=user)

    assert (parse.picture, parse.picture_sha256) == (result, result.sha256)
    assert (parse.types, parse.status) == (["upper", "lower"], Status.QUEUED)
    assert parse.requested_by == user


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.NEEDS_ATTENTION, Status.RUNNING])
def test_request_parse__returns_a_known_parse(status):
    photo = make_model_image()
    first = request_parse(photo, ["upper", "lower"])
    end(first, status)

    assert request_parse(photo, ["lower"]) == first
    assert request_parse(photo, ["upper", "lower"]) == first


def test_request_parse__known_half_does_not_answer_for_both():
    photo = make_model_image()
    first = request_parse(photo, ["upper"])

    assert request_parse(photo, ["upper", "lower"]) != first


@pytest.mark.parametrize("types", ["upper", "lower", "dress"])
def test_request_parse__refuses_a_string(types):
    with pytest.raises(RequestRefused, match="upper"):
        request_parse(make_model_image(), types)


@pytest.mark.parametrize(
    "types", [["upper"], ["lower"], ["dress"], ["upper", "lower"]], ids=",".join
)
def test_request_parse__takes_the_four_lists_of_the_document(types):
    parse = request_parse(make_model_image(), types)

    assert (parse.types, parse.is_automatic) == (types, False)


class TestAutomatic:
    """Without types: upper and lower, and where neither is found, a dress in a second call."""

    def test_asks_for_both_halves(self):
        parse = request_parse(make_model_image())

        assert (parse.types, parse.is_automatic) == (["upper", "lower"], True)

    @pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.NEEDS_ATTENTION])
    def test_makes_an_unfinished_parse_automatic(self, status):
        photo = make_model_image()
        first = request_parse(photo, ["upper", "lower"])
        ClothesParse.objects.update(status=status)

        assert request_parse(photo) == first
        first.refresh_from_db()
        assert first.is_automatic

    def test_asks_for_a_dress_if_the_halves_were_not_found(self):
        photo = make_model_image()
        first = request_parse(photo, ["upper", "lower"])
        end(first, Status.SUCCEEDED, remote_answer={"areas": [None, None]})

        dress = request_parse(photo, requested_by=(user := make_staff()))

        assert (dress.types, dress.requested_by) == (["dress"], user)
        assert request_parse(photo) == dress

    @pytest.mark.parametrize("answer", [{"areas": [{"clothes_type": "upper"}, None]}, {}])
    def test_returns_a_parse_that_has_found_something(self, answer):
        photo = make_model_image()
        first = request_parse(photo, ["upper", "lower"])
        end(first, Status.SUCCEEDED, remote_answer=answer)

        assert request_parse(photo) == first

    def test_reads_a_parse_that_has_ended_since_it_was_read(self, monkeypatch):
        photo = make_model_image()
        stale = request_parse(photo, ["upper", "lower"])
        end(stale, Status.SUCCEEDED, remote_answer={"areas": [None, None]})
        monkeypatch.setattr(
            "django_outfitanyone.jobs.parse.known_parse",
            lambda _photo, types, **_since: stale if len(types) == 2 else None,
        )

        assert request_parse(photo).types == ["dress"]


class TestForHalf:
    """A try-on that keeps a half needs one parse that tells it."""

    def parse_for(self, photo, half="lower"):
        return request_parse_for_half(
            photo, half, requested_by=None, failed_since=timezone.now() - timedelta(hours=1)
        )

    def test_asks_for_both_halves_but_for_no_dress(self):
        parse = self.parse_for(make_model_image())

        assert (parse.types, parse.is_automatic) == (["upper", "lower"], False)

    def test_other_half_needs_no_other_parse(self):
        photo = make_model_image()

        assert self.parse_for(photo, "lower") == self.parse_for(photo, "upper")

    @pytest.mark.parametrize("status", [Status.QUEUED, Status.SUCCEEDED])
    def test_parse_of_that_half_alone_is_used(self, status):
        photo = make_model_image()
        first = request_parse(photo, ["lower"])
        end(first, status)

        assert self.parse_for(photo) == first

    def test_parse_that_failed_since_is_not_repeated(self):
        photo = make_model_image()
        failed = request_parse(photo, ["lower"])
        end(failed, Status.FAILED)

        assert self.parse_for(photo) == failed


@pytest.mark.parametrize("bad", [Status.FAILED, Status.CANCELED, Status.NEEDS_ATTENTION])
def test_known_parse__good_one_comes_before_a_newer_one_that_ended_badly(bad):
    photo = make_model_image()
    good = request_parse(photo, ["lower"])
    end(good, Status.SUCCEEDED)
    end(request_parse(photo, ["upper", "lower"]), bad)
    hour_ago = timezone.now() - timedelta(hours=1)

    assert known_parse(photo, ["lower"], failed_since=hour_ago) == good
    assert known_parse(photo, ["upper"], failed_since=hour_ago) != good


def test_request_parse__open_one_that_ends_meanwhile_is_returned(monkeypatch):
    """Another process ends the parse between the failed INSERT and the next read."""
    photo = make_model_image()
    first = request_parse(photo, ["upper"])
    known = iter([None, first])
    monkeypatch.setattr(
        "django_outfitanyone.jobs.parse.known_parse", lambda *_args, **_since: next(known)
    )
    monkeypatch.setattr(ClothesParse.objects.__class__, "filter", lambda *_args, **_key: Nothing)

    assert request_parse(photo, ["upper"]) == first


class Nothing:
    """A queryset without rows."""

    @staticmethod
    def first():
        return None


def test_request_parse__again_makes_a_new_one():
    photo = make_model_image()
    first = request_parse(photo, ["upper"])
    end(first, Status.SUCCEEDED)
    second = request_parse(photo, ["upper"], again=True)

    assert second != first
    assert second.force_new


def test_request_parse__twice_at_the_same_time_is_one_parse():
    photo = make_model_image()
    first = request_parse(photo, ["upper"], again=True)

    assert request_parse(photo, ["upper"], again=True) == first


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELED])
def test_request_parse__failed_parse_is_made_again_unless_it_failed_since(status):
    photo = make_model_image()
    failed = request_parse(photo, ["upper"])
    end(failed, status)

    hour = timedelta(hours=1)
    assert request_parse(photo, ["upper"], failed_since=timezone.now() - hour) == failed
    assert request_parse(photo, ["upper"], failed_since=timezone.now() + hour) != failed


def test_known_parse__failed_parse_is_not_known():
    photo = make_model_image()
    end(request_parse(photo, ["upper"]), Status.FAILED)

    assert known_parse(photo, ["upper"]) is None


def test_known_parse__of_a_file_that_was_replaced_is_not_known():
    photo = make_model_image()
    end(request_parse(photo, ["upper"]), Status.SUCCEEDED)
    photo.sha256 = "of another file"

    assert known_parse(photo, ["upper"]) is None
