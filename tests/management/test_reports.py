from __future__ import annotations

import pytest
from django.core.management import CommandError

from django_outfitanyone.choices import Status
from django_outfitanyone.management.reports import check_success
from tests.factories import make_try_on

pytestmark = pytest.mark.django_db


def test_check_success__says_only_that_a_try_on_was_canceled_where_no_error_is_known():
    with pytest.raises(CommandError, match=r"^canceled\.$"):
        check_success(make_try_on(status=Status.CANCELED))


def test_check_success__names_the_error_and_who_can_fix_it():
    failed = make_try_on(
        status=Status.FAILED, error_code="InvalidPerson", error_message="The photo is empty."
    )
    with pytest.raises(CommandError, match=r"^failed, InvalidPerson: The photo is empty\. .+"):
        check_success(failed)


def test_check_success__is_silent_about_a_picture():
    check_success(make_try_on())
