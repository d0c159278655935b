"""Fill a PostgreSQL database with varied try-ons, in SQL, so that a million take minutes.

Products, garments and photos are as many for a thousand try-ons as for a million. The newest
few of them have most of a thousand try-ons, so that a page of the pictures of a garment, of a
photo or of a name is full either way: a page of fewer rows is no comparison.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Model

VERSION = "varied rows 2"
"""To be counted up when the rows change: databases of another version are filled anew."""
CATALOGUE = 4_000
"""Products, garments and model photos of each."""
TRY_ONS_PER_GARMENT = 100
USERS = 20
OPEN = 100
"""Try-ons that are due, besides the finished ones."""
BATCH = 37

SHA256 = "md5({0}::text) || md5({0}::text || 'x')"
AGE = "now() - ({rows} - n) * interval '2 years' / {rows}"


def fill(rows: int) -> None:
    """Write a catalogue, and ``rows`` try-ons with all that belongs to them."""
    from django.db import connection

    from django_outfitanyone import models

    tables: list[tuple[type[Model], Any, dict[str, str], str]] = [
        (models.Product, _product(), PRODUCT, _numbers(CATALOGUE)),
        (models.Garment, _garment(), GARMENT, _numbers(CATALOGUE)),
        (models.ModelImage, _photo(), PHOTO, _numbers(CATALOGUE)),
        (models.TryOnResult, _try_on(), _try_on_columns(rows), _numbers(rows)),
        (models.TryOnResult, _try_on(), _open_columns(rows), _numbers(OPEN, after=rows)),
        (models.WornGarment, _worn(), _worn_columns(rows), WORN),
        (models.Hotspot, _hotspot(), HOTSPOT_ON_PHOTO, HOTSPOTS_ON_PHOTOS),
        (models.Hotspot, _hotspot(), HOTSPOT_ON_RESULT, HOTSPOTS_ON_RESULTS),
        (models.ClothesParse, _parse(), PARSE, PARSES),
        (models.Charge, _charge(), CHARGE, CHARGES),
    ]
    _make_users()
    models.Account.of()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SET session_replication_role = replica")  # checks no foreign keys
        indexes = _drop_indexes(cursor)
        for model, row, columns, source in tables:
            _insert(cursor, row, columns, source)
            cursor.execute(f"ANALYZE {model._meta.db_table}")
        for create in indexes:
            cursor.execute(create)
        for table in {model._meta.db_table for model, *_ in tables}:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )
        cursor.execute("SET session_replication_role = DEFAULT")
        models.DailyTotal.objects.recount(date(2000, 1, 1))  # SQL saved no charge
        cursor.execute("VACUUM (ANALYZE)")  # otherwise autovacuum runs during the measurement


def _drop_indexes(cursor: Any) -> list[str]:
    """Drop the indexes that no constraint needs, and return the statements that create them."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'django_outfitanyone_%%'"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)"
    )
    found = cursor.fetchall()
    for name, _create in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [create for _name, create in found]


def _insert(cursor: Any, row: Any, columns: dict[str, str], source: str) -> None:
    """Insert copies of an unsaved row for each row of ``source``, with SQL for some columns."""
    from django.db import connection

    names, values, parameters = [], [], []
    for field in row._meta.concrete_fields:
        if getattr(field, "generated", False) or (field.primary_key and "id" not in columns):
            continue
        names.append(f'"{field.column}"')
        if field.column in columns:
            values.append(columns[field.column].replace("%", "%%"))
        else:
            values.append(f"%s::{field.db_type(connection).partition(' GENERATED')[0]}")
            parameters.append(field.get_db_prep_save(field.pre_save(row, add=True), connection))
    cursor.execute(
        f"INSERT INTO {row._meta.db_table} ({', '.join(names)})"
        f" SELECT {', '.join(values)} FROM {source.replace('%', '%%')}",
        parameters,
    )


def _numbers(count: int, *, after: int = 0) -> str:
    return f"generate_series({after + 1}, {after + count}) n"


def _any_of_the_newest(number: str, rows: int) -> str:
    """Return SQL for the key of one of the newest photos or garments, chosen by a number."""
    count = min(CATALOGUE, rows // TRY_ONS_PER_GARMENT)
    return f"{CATALOGUE - count + 1} + ({number} & 2147483647) % {count}"


def _make_users() -> None:
    from django.contrib.auth import get_user_model

    users = get_user_model()._default_manager
    users.bulk_create(
        users.model(username=f"staff-{number}", is_staff=True) for number in range(USERS)
    )


def _product() -> Any:
    from django_outfitanyone.models import Product

    return Product(currency="EUR", is_available=True)


PRODUCT = {
    "id": "n",
    "title": "(array['Linen','Wool','Silk','Denim','Cotton'])[n % 5 + 1] || ' ' ||"
    " (array['shirt','dress','coat','skirt'])[n % 4 + 1] || ' no. ' || n",
    "slug": "'product-' || n",
    "price": "10 + n % 300",
    "url": "'https://shop.example/' || n",
    "is_visible": "n % 10 <> 9",
}


def _garment() -> Any:
    from django_outfitanyone.models import Garment

    return Garment(width=800, height=1000, thumbnail="outfitanyone/thumbnails/g.jpg", findings=[])


GARMENT = {
    "id": "n",
    "product_id": "n",
    "kind": "(array['top','bottom','one_piece'])[n % 3 + 1]",
    "name": "CASE WHEN n % 4 = 0 THEN 'Sample ' || n ELSE '' END",
    "image": "'outfitanyone/pictures/g' || n || '.jpg'",
    "sha256": SHA256.format("('g' || n)"),
}


def _photo() -> Any:
    from django_outfitanyone.models import ModelImage

    return ModelImage(
        width=1080,
        height=1440,
        thumbnail="outfitanyone/thumbnails/p.jpg",
        findings=[],
        renditions=[],
    )


PHOTO = {
    "id": "n",
    "name": "(array['Anna','Bo','Chen','Dana','Emil'])[n % 5 + 1] || ' ' || n",
    "is_active": "n % 10 <> 9",
    "image": "'outfitanyone/pictures/p' || n || '.jpg'",
    "sha256": SHA256.format("('p' || n)"),
}


def _try_on() -> Any:
    from django_outfitanyone.models import Account, TryOnResult

    return TryOnResult(
        account=Account.of(),
        width=1080,
        height=1440,
        thumbnail="outfitanyone/thumbnails/t.jpg",
        renditions=[[390, "outfitanyone/renditions/t.jpg"]],
        remote_answer={"output": {"task_status": "SUCCEEDED", "image_url": "https://x/" * 20}},
        due_at=None,
        currency="CNY",
        image_count=1,
    )


STATUS = (
    "CASE WHEN n % 50 = 7 THEN 'failed' WHEN n % 100 = 9 THEN 'canceled'"
    " WHEN n % 10000 = 77 THEN 'needs_attention' ELSE 'succeeded' END"
)
REVIEW = (
    f"CASE WHEN ({STATUS}) <> 'succeeded' THEN 'to_review' WHEN n % 8 = 3 THEN 'rejected'"
    " WHEN n % 4 = 1 THEN 'to_review' ELSE 'approved' END"
)


def _try_on_columns(rows: int) -> dict[str, str]:
    age = AGE.format(rows=rows)
    return {
        "id": "n",
        "batch": f"md5('b' || n / {BATCH})::uuid",
        "number": f"n % {BATCH}",
        "candidates": "md5('c' || CASE WHEN n % 10 = 1 THEN n - 1 ELSE n END)::uuid",
        "candidate": "CASE WHEN n % 10 = 1 THEN 2 ELSE 1 END",
        "model_image_id": _any_of_the_newest("hashint4(n)", rows),
        "status": STATUS,
        "review": REVIEW,
        "published_at": f"CASE WHEN ({REVIEW}) = 'approved' AND n % 5 <> 4 THEN {age} END",
        "remote_model": "(array['aitryon','aitryon-plus','aitryon-plus'])[n % 3 + 1]",
        "fingerprint": SHA256.format("('f' || n)"),
        "sha256": SHA256.format("('t' || n)"),
        "remote_task_id": "md5('task' || n)",
        "request_id": "md5('request' || n)",
        "image": f"CASE WHEN ({STATUS}) = 'succeeded'"
        " THEN 'outfitanyone/results/t' || n || '.jpg' ELSE '' END",
        "error_code": f"CASE WHEN ({STATUS}) = 'failed' THEN 'InvalidPerson' ELSE '' END",
        "is_preview": "n % 100 = 1",
        "cost": "(array[0.5, 0.2, 0])[n % 3 + 1]",
        "requested_by_id": f"(SELECT min(id) FROM auth_user) + n % {USERS}",
        "created_at": age,
        "queued_at": age,
        "submitted_at": age,
        "finished_at": f"{age} + interval '20 seconds'",
    }


def _open_columns(rows: int) -> dict[str, str]:
    return {
        **_try_on_columns(rows),
        "status": "'queued'",
        "review": "'to_review'",
        "due_at": "now()",
        "image": "''",
        "sha256": "''",
        "cost": "0",
        "published_at": "NULL::timestamptz",
        "submitted_at": "NULL::timestamptz",
        "finished_at": "NULL::timestamptz",
        "remote_task_id": "NULL",
        "is_preview": "false",
        "error_code": "''",
    }


def _worn() -> Any:
    from django_outfitanyone.models import WornGarment

    return WornGarment(is_garment=True)


WORN = (
    "django_outfitanyone_tryonresult t CROSS JOIN generate_series(0, 1) p"
    " WHERE p = 0 OR t.id % 3 = 0"
)


def _worn_columns(rows: int) -> dict[str, str]:
    any_garment = _any_of_the_newest("hashint8(t.id * 2 + p)", rows)
    return {  # one try-on in twenty wears the bestseller, the first garment
        "try_on_id": "t.id",
        "garment_id": f"CASE WHEN p = 0 AND t.id % 20 = 0 THEN 1 ELSE {any_garment} END",
        "position": "p",
        "kind": "(array['top','bottom'])[p + 1]",
        "area": "(array['upper','lower'])[p + 1]",
    }


def _hotspot() -> Any:
    from django_outfitanyone.models import Hotspot

    return Hotspot(x1=200, y1=300, x2=700, y2=800)


_BOX = {"machine_box": "'[200, 300, 700, 800]'::jsonb"}
_AREAS = "(values (0, 'upper'), (1, 'lower')) a(number, name)"

HOTSPOT_ON_PHOTO = {
    **_BOX,
    "model_image_id": "m.id",
    "try_on_id": "NULL",
    "clothes_type": "a.name",
    "product_id": "CASE WHEN a.number = 1 THEN m.id END",
    "picture_sha256": "m.sha256",
}
HOTSPOTS_ON_PHOTOS = f"django_outfitanyone_modelimage m CROSS JOIN {_AREAS}"

HOTSPOT_ON_RESULT = {
    **_BOX,
    "model_image_id": "NULL",
    "try_on_id": "t.id",
    "clothes_type": "a.name",
    "product_id": "w.garment_id",
    "picture_sha256": "CASE WHEN t.id % 33 = 0 THEN 'replaced' ELSE t.sha256 END",
}
HOTSPOTS_ON_RESULTS = (
    f"django_outfitanyone_tryonresult t CROSS JOIN {_AREAS}"
    " LEFT JOIN django_outfitanyone_worngarment w ON w.try_on_id = t.id AND w.position = a.number"
    " WHERE t.status = 'succeeded' ORDER BY t.id"
)


def _parse() -> Any:
    from django_outfitanyone.models import Account, ClothesParse

    return ClothesParse(
        account=Account.of(),
        status="succeeded",
        clothes_types="upper,lower",
        due_at=None,
        currency="CNY",
    )


PARSE = {
    "model_image_id": "CASE WHEN t.id % 250 = 3 THEN t.model_image_id END",
    "try_on_id": "CASE WHEN t.id % 250 <> 3 THEN t.id END",
    "picture_sha256": "t.sha256",
    "status": "CASE WHEN t.id % 40 = 5 THEN 'failed' ELSE 'succeeded' END",
    "request_id": "md5('parse' || t.id)",
    "requested_by_id": "t.requested_by_id",
    "cost": "0.004",
    "created_at": "t.created_at",
    "queued_at": "t.created_at",
    "finished_at": "t.finished_at",
}
PARSES = "django_outfitanyone_tryonresult t WHERE t.status = 'succeeded' ORDER BY t.id"


def _charge() -> Any:
    from django_outfitanyone.models import Account, Charge

    return Charge(account=Account.of(), images=1, currency="CNY")


CHARGE = {
    "charged_at": "t.finished_at",
    "charged_on": "t.finished_at::date",
    "remote_model": "t.remote_model",
    "amount": "t.cost",
    "task_id": "t.remote_task_id",
    "try_on_id": "t.id",
    "requested_by_id": "t.requested_by_id",
    "is_sandbox": "t.is_preview",
}
CHARGES = "django_outfitanyone_tryonresult t WHERE t.status = 'succeeded' ORDER BY t.id"
