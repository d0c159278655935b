from collections.abc import Collection, Iterator
from typing import Any

from django.apps import apps as installed
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import connections, migrations, router, transaction

APP = "django_outfitanyone"
ROWS_AT_ONCE = 1000

NAMES = {
    "generate": "Can request try-on pictures, which may cost money",
    "review": "Can review try-on pictures",
    "publish": "Can publish try-on pictures",
    "see_costs": "Can see what try-on pictures cost",
}
MATCHING = {
    "generate": (
        *("add_tryonresult", "change_tryonresult"),
        *("add_clothesparse", "change_clothesparse"),
        "change_account",
    ),
    "review": ("change_tryonresult", "add_hotspot", "change_hotspot", "delete_hotspot"),
    "publish": ("change_tryonresult",),
    "see_costs": (
        *("add_tryonresult", "change_tryonresult", "view_tryonresult"),
        *("add_clothesparse", "change_clothesparse", "view_clothesparse"),
        *("change_account", "view_account", "change_charge", "view_charge"),
    ),
}
"""Whoever holds one of these permissions could do before what the new one permits.

To cancel, to settle and to resume is part of ``generate``, and needed *change*. The new
permissions are needed beside the old ones, so nobody may do more than before.
"""


def grant(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001 - the users' database is asked
    """Give the new permissions to the users and groups that could do the same before."""
    try:
        permission = apps.get_model("auth", "Permission")
    except LookupError:  # a project without django.contrib.auth
        return
    using = router.db_for_write(permission)
    tables = set(connections[using].introspection.table_names())
    if permission._meta.db_table not in tables:
        return  # that database is not migrated yet, so nobody holds a permission
    held = permission.objects.using(using).filter(content_type__app_label=APP)
    relations = [
        one for one in holding_relations(apps) if one.remote_field.through._meta.db_table in tables
    ]
    with transaction.atomic(using=using):
        for codename, old in MATCHING.items():
            keys = list(held.filter(codename__in=old).values_list("pk", flat=True))
            for relation in relations:
                grant_to_holders(apps, relation, codename, keys, using=using)


def holding_relations(apps: Any) -> Iterator[Any]:
    """Yield the relations that give permissions: of groups, and of users if they have one."""
    yield apps.get_model("auth", "Group")._meta.get_field("permissions")
    try:
        user = apps.get_model(settings.AUTH_USER_MODEL)
        relation = user._meta.get_field("user_permissions")
    except (LookupError, FieldDoesNotExist):  # a user model without permissions of its own
        return
    related = relation.remote_field and relation.remote_field.model._meta.label_lower
    if relation.many_to_many and related == "auth.permission":
        yield relation


def grant_to_holders(
    apps: Any, holders: Any, codename: str, old: Collection[int], *, using: str
) -> None:
    """Add the permission to everyone who holds one of the ``old`` ones and not yet this one."""
    through = holders.remote_field.through
    owner, held = f"{holders.m2m_field_name()}_id", f"{holders.m2m_reverse_field_name()}_id"
    rows = through.objects.using(using)
    keys = set(rows.filter(**{f"{held}__in": old}).values_list(owner, flat=True))
    if not keys:
        return
    new = permission_named(apps, codename, using=using)
    keys -= set(rows.filter(**{held: new}).values_list(owner, flat=True))
    added = [through(**{owner: key, held: new}) for key in sorted(keys)]
    rows.bulk_create(added, batch_size=ROWS_AT_ONCE)


def permission_named(apps: Any, codename: str, *, using: str) -> int:
    """Return the key of the permission; Django itself adds it only after all migrations."""
    types = apps.get_model("contenttypes", "ContentType").objects.using(using)
    content_type, _is_new = types.get_or_create(app_label=APP, model="tryonresult")
    permissions = apps.get_model("auth", "Permission").objects.using(using)
    found, _is_new = permissions.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": NAMES[codename]}
    )
    return int(found.pk)


class Migration(migrations.Migration):
    """Users and groups may do what they could before there were permissions for the work."""

    dependencies = [
        *(
            (name, "__first__")
            for name in ("contenttypes", "auth")
            if installed.is_installed(f"django.contrib.{name}")
        ),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        (APP, "0026_daily_totals"),
    ]

    operations = [
        # reversed, the permissions stay: nothing of earlier versions asks for them
        migrations.RunPython(grant, migrations.RunPython.noop, elidable=True),
    ]
