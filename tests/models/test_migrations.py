"""Databases of earlier versions migrate forward and keep their rows."""

from __future__ import annotations

import uuid
from datetime import datetime, timezone
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

APP = "django_outfitanyone"
MOMENT = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.migrations,
    pytest.mark.slow,
]


@pytest.fixture
def migrate():
    """Migrate to a state and return its models; the latest state is restored at the end."""

    def migrate_to(name):
        executor = MigrationExecutor(connection)
        return executor.migrate([(APP, name)]).apps

    yield migrate_to
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes(APP))
    _rebuild_tables()


def _rebuild_tables():
    """Free the columns that MariaDB keeps hidden after it has dropped them: a row has 8,126 bytes.

    Only tests go back and forth so often that they matter.
    """
    if connection.vendor != "mysql":
        return
    with connection.cursor() as cursor:
        for model in apps.get_app_config(APP).get_models():
            cursor.execute(f"ALTER TABLE {model._meta.db_table} FORCE")


def test_0003__keeps_when_the_worker_was_woken(migrate):
    before = migrate("0002_same_picture_is_searched_once")
    before.get_model(APP, "Account").objects.create(name="old shop", last_rung_at=MOMENT)

    after = migrate("0003_plain_names")

    assert after.get_model(APP, "Account").objects.get(name="old shop").last_wakeup_at == MOMENT


def test_0003__keeps_parses_and_hotspots_with_their_pictures(migrate):
    before = migrate("0002_same_picture_is_searched_once")
    account = before.get_model(APP, "Account").objects.create(name="old shop")
    photo = before.get_model(APP, "ModelImage").objects.create(
        name="Ana", image="a.jpg", width=600, height=800, sha256="a" * 64, thumbnail="t.jpg"
    )
    before.get_model(APP, "ClothesParse").objects.create(
        account=account, model_image=photo, picture_sha256="a" * 64, clothes_types="upper"
    )
    before.get_model(APP, "Hotspot").objects.create(
        model_image=photo, picture_sha256="a" * 64, clothes_type="upper", x1=1, y1=2, x2=3, y2=4
    )

    after = migrate("0003_plain_names")

    assert after.get_model(APP, "ClothesParse").objects.get().model_image_id == photo.pk
    assert after.get_model(APP, "Hotspot").objects.get().model_image_id == photo.pk


def test_0003__changes_nothing_but_the_name_of_one_column(capsys):
    call_command("sqlmigrate", APP, "0003_plain_names")
    statements = [line for line in capsys.readouterr().out.splitlines() if line.startswith("ALTER")]

    assert len(statements) == 1
    assert "last_rung_at" in statements[0]
    assert "last_wakeup_at" in statements[0]


def test_0004__remembers_the_products_of_published_pictures(migrate):
    before = migrate("0003_plain_names")
    products = [
        before.get_model(APP, "Product").objects.create(slug=slug, price=1) for slug in "ab"
    ]
    garments = [
        before.get_model(APP, "Garment").objects.create(
            product=product, kind="top", image="g.jpg", width=9, height=9, thumbnail="g.jpg"
        )
        for product in (*products, None)
    ]
    rows = before.get_model(APP, "TryOnResult").objects
    account = before.get_model(APP, "Account").objects.create(name="old shop")
    columns = {"account": account, "status": "succeeded", "image": "r.jpg", "review": "approved"}
    worn = [garments[:2], [garments[0], garments[0]], [garments[2], None]]
    published = [
        rows.create(published_at=MOMENT, top_garment=top, bottom_garment=bottom, **columns)
        for top, bottom in worn
    ]
    other = rows.create(top_garment=garments[0], **columns)

    after = migrate("0004_published_to").get_model(APP, "TryOnResult").objects

    first, second = (str(product.pk) for product in products)
    assert [after.get(pk=row.pk).published_to for row in published] == [
        [first, second],
        [first],
        [],
    ]
    assert after.get(pk=other.pk).published_to == []


def test_0006__knows_the_tasks_of_all_rows_and_charges(migrate):
    before = migrate("0005_result_url")
    account = before.get_model(APP, "Account").objects.create(name="old shop")
    before.get_model(APP, "TryOnResult").objects.create(account=account, remote_task_id="t-1")
    before.get_model(APP, "TryOnResult").objects.create(account=account)
    for task_id in ("t-1", "t-2", None):
        before.get_model(APP, "Charge").objects.create(
            account=account,
            charged_at=MOMENT,
            charged_on=MOMENT.date(),
            remote_model="aitryon-plus",
            images=1,
            amount="0.5",
            currency="CNY",
            task_id=task_id,
        )

    after = migrate("0006_known_tasks")

    known = after.get_model(APP, "KnownTask").objects.values_list("account", "task_id")
    assert set(known) == {("old shop", "t-1"), ("old shop", "t-2")}


def test_0010__marks_try_ons_without_an_input(migrate):
    before = migrate("0009_known_task_age")
    account = before.get_model(APP, "Account").objects.create(name="old shop")
    picture = {"width": 9, "height": 9, "thumbnail": "t.jpg"}
    photo = before.get_model(APP, "ModelImage").objects.create(image="a.jpg", **picture)
    garment = before.get_model(APP, "Garment").objects.create(image="g.jpg", kind="top", **picture)
    rows = before.get_model(APP, "TryOnResult").objects
    top, bottom = {"top_garment": garment}, {"bottom_garment": garment}
    complete, incomplete = (
        [rows.create(account=account, **columns).pk for columns in all_columns]
        for all_columns in (
            [
                {"model_image": photo, **top},
                {"model_image": photo, "keep": "upper", **bottom},
                {"model_image": photo, "keep": "lower", **top},
            ],
            [
                {**top},
                {"model_image": photo},
                {"model_image": photo, "keep": "upper"},
            ],
        )
    )

    after = migrate("0010_missing_inputs").get_model(APP, "TryOnResult").objects

    assert set(after.filter(lacks_inputs=True).values_list("pk", flat=True)) == set(incomplete)
    assert set(after.filter(lacks_inputs=False).values_list("pk", flat=True)) == set(complete)


def test_0012__a_parse_of_a_dress_still_follows_present_parses(migrate):
    before = migrate("0011_free_images")
    account = before.get_model(APP, "Account").objects.create(name="old shop")
    photo = before.get_model(APP, "ModelImage").objects.create(
        name="Ana", image="a.jpg", width=600, height=800, sha256="a" * 64, thumbnail="t.jpg"
    )
    for types in ("upper,lower", "upper"):
        before.get_model(APP, "ClothesParse").objects.create(
            account=account, model_image=photo, picture_sha256="a" * 64, clothes_types=types
        )

    parses = migrate("0012_kept_halves").get_model(APP, "ClothesParse").objects

    assert dict(parses.values_list("clothes_types", "is_automatic")) == {
        "upper,lower": True,
        "upper": False,
    }


def test_models__have_no_changes_without_a_migration():
    call_command("makemigrations", APP, "--check", "--dry-run")


def test_0011__counts_the_images_that_were_charged(migrate):
    before = migrate("0010_missing_inputs")
    accounts = before.get_model(APP, "Account").objects
    for name, model, images in (
        ("old shop", "aitryon-plus", 1),
        ("old shop", "aitryon-plus", 3),
        ("old shop", "aitryon", 1),
        ("other", "aitryon-plus", 5),
    ):
        before.get_model(APP, "Charge").objects.create(
            account=accounts.get_or_create(name=name)[0],
            charged_at=MOMENT,
            charged_on=MOMENT.date(),
            remote_model=model,
            images=images,
            amount="0.5",
            currency="CNY",
        )

    after = migrate("0011_free_images")

    counts = after.get_model(APP, "ImageCount").objects
    assert set(counts.values_list("account", "remote_model", "images")) == {
        ("old shop", "aitryon-plus", 4),
        ("old shop", "aitryon", 1),
        ("other", "aitryon-plus", 5),
    }


def test_0013__present_pictures_are_not_checked_and_stay_usable(migrate):
    columns = {"image": "a.jpg", "width": 6, "height": 8, "sha256": "a", "thumbnail": "t.jpg"}
    before = migrate("0012_kept_halves")
    before.get_model(APP, "ModelImage").objects.create(name="Ana", **columns)
    before.get_model(APP, "Garment").objects.create(kind="top", **columns)

    after = migrate("0013_picture_check")

    for model in ("ModelImage", "Garment"):
        row = after.get_model(APP, model).objects.get()
        assert (row.findings, row.findings_ignored) == (None, False)
    assert not after.get_model(APP, "Garment").objects.get().original


class TestWornGarments:
    @pytest.fixture
    def rows(self, migrate):
        """Return a function that makes a try-on of the version with two foreign keys."""
        before = migrate("0013_picture_check")
        account = before.get_model(APP, "Account").objects.create(name="old shop")
        columns = {"image": "a.jpg", "width": 6, "height": 8, "sha256": "a", "thumbnail": "t.jpg"}
        photo = before.get_model(APP, "ModelImage").objects.create(name="Ana", **columns)

        def make(*, lacks_inputs=False, keep="", **kinds):
            garments = {
                f"{slot}_garment": before.get_model(APP, "Garment").objects.create(
                    kind=kind, **columns
                )
                for slot, kind in kinds.items()
            }
            return (
                before.get_model(APP, "TryOnResult")
                .objects.create(
                    account=account,
                    model_image=photo,
                    keep=keep,
                    lacks_inputs=lacks_inputs,
                    **garments,
                )
                .pk
            )

        return make

    def worn(self, migrate, *keys):
        """Return what the rows of these try-ons say once the database is of today."""
        models = migrate("0014_worn_garments")
        columns = ("kind", "area", "is_garment", "garment__kind")
        worn = models.get_model(APP, "WornGarment").objects.order_by("position")
        return [list(worn.filter(try_on=key).values_list(*columns)) for key in keys]

    def test_0014__keeps_garments_and_kept_halves(self, migrate, rows):
        keys = [
            rows(top="top"),
            rows(top="top", keep="lower"),
            rows(bottom="bottom", keep="upper"),
            rows(top="top", bottom="bottom"),
            rows(top="one_piece"),
        ]

        top, bottom = ("top", "upper", True, "top"), ("bottom", "lower", True, "bottom")
        assert self.worn(migrate, *keys) == [
            [top],
            [top, ("bottom", "lower", False, None)],
            [bottom, ("top", "upper", False, None)],
            [top, bottom],
            [("one_piece", "upper", True, "one_piece"), ("one_piece", "lower", False, None)],
        ]

    def test_0014__deleted_garments(self, migrate, rows):
        """The kept half says which garment is missing; otherwise it is only known that one is."""
        keys = [
            rows(keep="lower", lacks_inputs=True),
            rows(keep="upper", lacks_inputs=True),
            rows(bottom="bottom", lacks_inputs=True),
            rows(lacks_inputs=True),
        ]

        assert self.worn(migrate, *keys) == [
            [("top", "upper", True, None), ("bottom", "lower", False, None)],
            [("bottom", "lower", True, None), ("top", "upper", False, None)],
            [("bottom", "lower", True, "bottom")],
            [],
        ]
        rows = migrate("0014_worn_garments").get_model(APP, "TryOnResult").objects
        assert rows.filter(lacks_inputs=True).count() == len(keys)

    def test_0014__copies_more_rows_than_one_batch(self, migrate, rows, monkeypatch):
        module = import_module(f"{APP}.migrations.0014_worn_garments")
        monkeypatch.setattr(module, "ROWS_AT_ONCE", 2)
        keys = [rows(top="top", bottom="bottom") for _ in range(5)]

        assert [len(worn) for worn in self.worn(migrate, *keys)] == [2] * 5

    def test_0014__constraints_hold_after_it(self, migrate, rows):
        key = rows(top="one_piece")
        worn = migrate("0014_worn_garments").get_model(APP, "WornGarment").objects

        with pytest.raises(IntegrityError), transaction.atomic():
            worn.create(try_on_id=key, position=9, kind="bottom", area="lower")
        assert worn.create(try_on_id=key, position=9, kind="hat", area="head").pk

    def test_0015__each_present_row_is_a_candidate_of_its_own(self, migrate, rows, monkeypatch):
        module = import_module(f"{APP}.migrations.0015_candidates")
        monkeypatch.setattr(module, "ROWS_AT_ONCE", 2)
        keys = [rows(top="top") for _ in range(5)]

        found = migrate("0015_candidates").get_model(APP, "TryOnResult").objects.all()
        assert len({row.candidates for row in found}) == len(keys)
        assert {(row.candidate, row.seed, row.is_chosen) for row in found} == {(1, None, None)}


def test_0020__adds_an_index_with_a_condition_on_postgresql_only(migrate):
    migrate("0019_submit_rates")
    before = _indexes_of_try_ons()
    migrate("0020_published_newest_first")
    added = _indexes_of_try_ons() - before

    of_postgresql = {"outfit_tryonresult_newest"} if connection.vendor == "postgresql" else set()
    assert added == {"outfit_tryonresult_photo_shown"} | of_postgresql
    migrate("0019_submit_rates")
    assert _indexes_of_try_ons() == before


def test_0026__adds_up_the_charges_of_each_day(migrate):
    before = migrate("0022_permissions")
    account = before.get_model(APP, "Account").objects.create(name="old shop")
    charge = {"account": account, "charged_at": MOMENT, "charged_on": MOMENT.date(), "images": 1}
    for changes in ({}, {}, {"currency": "USD"}, {"is_sandbox": True}, {"remote_model": "b"}):
        columns = {"remote_model": "a", "amount": "0.5", "currency": "CNY"}
        before.get_model(APP, "Charge").objects.create(**charge, **columns | changes)

    totals = migrate("0026_daily_totals").get_model(APP, "DailyTotal").objects

    key = (MOMENT.date(), "old shop")
    names = ("charged_on", "account", "remote_model", "currency", "is_sandbox", "amount", "charges")
    assert set(totals.values_list(*names)) == {
        (*key, "a", "CNY", False, Decimal(1), 2),
        (*key, "a", "USD", False, Decimal("0.5"), 1),
        (*key, "a", "CNY", True, Decimal("0.5"), 1),
        (*key, "b", "CNY", False, Decimal("0.5"), 1),
    }


def _indexes_of_try_ons():
    table = "django_outfitanyone_tryonresult"
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, table))


def test_0023__present_try_ons_keep_their_batches(migrate, monkeypatch):
    module = import_module(f"{APP}.migrations.0023_batches")
    monkeypatch.setattr(module, "ROWS_AT_ONCE", 2)
    before = migrate("0022_permissions")
    user = before.get_model("auth", "User").objects.create(username="anna")
    account = before.get_model(APP, "Account").objects.create(name="old shop")
    rows = before.get_model(APP, "TryOnResult").objects
    done, running, single = (uuid.UUID(int=number) for number in (1, 2, 3))
    for batch, number, status in (
        (done, 0, "failed"),
        (done, 1, "canceled"),
        (done, 2, "failed"),
        (running, 0, "failed"),
        (running, 1, "queued"),
        (single, 0, "queued"),
    ):
        rows.create(
            account=account, batch=batch, number=number, status=status, created_at=MOMENT,
            finished_at=None if status == "queued" else MOMENT, requested_by=user,
        )  # fmt: skip

    batches = migrate("0023_batches").get_model(APP, "Batch").objects

    assert dict(batches.values_list("pk", "size")) == {done: 3, running: 2}
    old = batches.get(pk=done)
    assert (old.created_at, old.finished_at, old.announce_at) == (MOMENT, MOMENT, None)
    assert old.requested_by_id == user.pk
    assert batches.get(pk=running).finished_at is None
