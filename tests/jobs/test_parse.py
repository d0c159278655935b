from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from django_outfitanyone.choices import Status
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.parse import known_parse, request_parse
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
