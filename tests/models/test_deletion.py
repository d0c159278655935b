"""What may be billed cannot be deleted before it is settled, by any road."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import ProtectedError

from django_outfitanyone.account import rate_limits
from django_outfitanyone.choices import UNSETTLED, Status
from django_outfitanyone.exceptions import LeaseLost
from django_outfitanyone.models import Charge, ClothesParse, ModelImage, TryOnResult
from tests.factories import make_model_image, make_try_on
from tests.work import claimed, queued_try_on, running_try_on, work

pytestmark = pytest.mark.django_db

SETTLED = sorted(set(Status) - UNSETTLED)
unsettled = pytest.mark.parametrize("status", sorted(UNSETTLED))


def make_parse(picture, status):
    column = "model_image" if isinstance(picture, ModelImage) else "try_on"
    return ClothesParse.objects.create(
        account=make_try_on().account,
        **{column: picture},
        picture_sha256=picture.sha256,
        clothes_types="upper",
        status=status,
    )


@unsettled
@pytest.mark.parametrize(
    "delete",
    [
        lambda row: row.delete(),
        lambda row: TryOnResult.objects.filter(pk=row.pk).delete(),
        lambda row: TryOnResult.objects.all().delete(),
    ],
    ids=["row", "queryset", "all"],
)
def test_try_on__that_may_be_billed_stays(status, delete):
    row = make_try_on(status=status)

    with pytest.raises(ProtectedError, match="may still be charged"), transaction.atomic():
        delete(row)

    assert TryOnResult.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("status", SETTLED)
def test_try_on__that_is_settled_is_deleted(status):
    make_try_on(status=status).delete()

    assert not TryOnResult.objects.exists()


def test_try_on__status_is_that_of_the_database():
    row = make_try_on(status=Status.PREPARING)
    TryOnResult.objects.update(status=Status.RUNNING, remote_task_id="t-1")

    with pytest.raises(ProtectedError):
        row.delete()


def test_try_on__one_that_may_be_billed_keeps_the_whole_selection():
    make_try_on()
    make_try_on(status=Status.RUNNING)

    with pytest.raises(ProtectedError), transaction.atomic():
        TryOnResult.objects.all().delete()
    assert TryOnResult.objects.count() == 2


@unsettled
def test_parse__that_may_be_billed_stays(status):
    parse = make_parse(make_model_image(), status)

    with pytest.raises(ProtectedError), transaction.atomic():
        parse.delete()
    with pytest.raises(ProtectedError), transaction.atomic():
        ClothesParse.objects.filter(pk=parse.pk).delete()


@unsettled
@pytest.mark.parametrize("make", [make_model_image, make_try_on], ids=["photo", "result"])
def test_picture__stays_while_a_parse_of_it_may_be_billed(status, make):
    picture = make()
    parse = make_parse(picture, status)

    with pytest.raises(ProtectedError) as error:
        picture.delete()
    assert error.value.protected_objects == {parse}
    with pytest.raises(ProtectedError):
        type(picture).objects.filter(pk=picture.pk).delete()

    ClothesParse.objects.update(status=Status.SUCCEEDED)
    picture.delete()
    assert not ClothesParse.objects.exists()


@pytest.mark.parametrize("road", ["photo", "product", "user"])
def test_running_try_on__is_charged_although_what_it_refers_to_was_deleted(remote, configure, road):
    configure(PARSE_RESULTS=False)
    user = get_user_model().objects.create_user("ann")
    try_on = running_try_on()
    TryOnResult.objects.update(requested_by=user)
    try_on.refresh_from_db()
    victim = {
        "photo": try_on.model_image,
        "product": try_on.garments[0].product,
        "user": user,
    }[road]
    victim.delete()
    work(try_on)

    assert try_on.status == Status.SUCCEEDED
    assert Charge.objects.get().try_on_id == try_on.pk


def test_worker_that_is_about_to_submit_a_deleted_row__sends_nothing():
    """The deletion has checked the row and is not committed yet."""
    row = claimed(make_try_on(status=Status.PREPARING))
    TryOnResult.objects.get(pk=row.pk).delete()

    with pytest.raises(LeaseLost):
        rate_limits.admit(row, remote_model="aitryon-plus", slot=1)


def test_refuse_unsettled__ends_the_lease_before_the_row_is_deleted(monkeypatch):
    row = claimed(make_try_on(status=Status.PREPARING))
    leases = []
    monkeypatch.setattr(
        "django.db.models.sql.DeleteQuery.delete_batch",
        lambda *_args: leases.append(TryOnResult.objects.get(pk=row.pk).lease_token) or 0,
    )
    TryOnResult.objects.get(pk=row.pk).delete()

    assert set(leases) == {""}


def test_refuse_unsettled__leaves_the_lease_of_other_rows_alone():
    deleted, other = (claimed(make_try_on(status=Status.PREPARING)) for _ in range(2))
    deleted.delete()

    assert rate_limits.admit(other, remote_model="aitryon-plus", slot=1) is None


def test_refusal__is_explained_without_a_query(django_assert_num_queries):
    """The text of the row itself would read its garments."""
    make_try_on(status=Status.RUNNING)
    with pytest.raises(ProtectedError) as error, transaction.atomic():
        TryOnResult.objects.get().delete()

    with django_assert_num_queries(0):
        assert str(error.value).startswith("A request that may still be charged cannot be deleted.")


def test_queued_try_on__can_be_deleted(remote):
    queued_try_on().delete()

    assert not TryOnResult.objects.exists()
