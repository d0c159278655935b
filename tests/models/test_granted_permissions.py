"""Users and groups of earlier versions may do after the upgrade what they could do before."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext

from tests.factories import GRANTED_BY_THE_UPGRADE
from tests.permission_rules import WORK, django_permissions

APP = "django_outfitanyone"
BEFORE, AFTER = "0022_permissions", "0027_grant_permissions"
migration = import_module(f"{APP}.migrations.{AFTER}")


def migrate(name):
    MigrationExecutor(connection).migrate([(APP, name)])


def rows_of(*codenames):
    return Permission.objects.filter(content_type__app_label=APP, codename__in=codenames)


def work_of(holder):
    """Return the permissions for the work that a user or group holds itself."""
    relation = holder.permissions if isinstance(holder, Group) else holder.user_permissions
    held = relation.filter(content_type__app_label=APP, codename__in=WORK)
    return set(held.values_list("codename", flat=True))


def user_with(*codenames):
    user = get_user_model().objects.create_user(f"user of {'-'.join(codenames)}"[:150])
    user.user_permissions.set(rows_of(*codenames))
    return user


def group_with(*codenames):
    group = Group.objects.create(name=f"group of {'-'.join(codenames)}"[:150])
    group.permissions.set(rows_of(*codenames))
    return group


def expected(codename):
    return {name for name, old in GRANTED_BY_THE_UPGRADE.items() if codename in old}


@pytest.mark.django_db(transaction=True)
@pytest.mark.migrations
@pytest.mark.slow
def test_migration__grants_what_each_could_do_before():
    try:
        migrate(BEFORE)
        rows_of(*WORK).delete()  # Django adds them only after the migrations
        every = sorted(django_permissions())
        users = {name: user_with(name) for name in every}
        groups = {name: group_with(name) for name in every}
        migrate(AFTER)

        for name in every:
            assert work_of(users[name]) == expected(name), name
            assert work_of(groups[name]) == expected(name), name
        names = dict(rows_of(*WORK).values_list("codename", "name"))
    finally:
        migrate(MigrationExecutor(connection).loader.graph.leaf_nodes(APP)[0][1])
    create_permissions(apps.get_app_config(APP), verbosity=0)
    assert names == dict(rows_of(*WORK).values_list("codename", "name"))
    assert rows_of(*WORK).count() == len(WORK)  # Django does not add them twice


@pytest.mark.django_db
def test_grant__twice_adds_nothing_and_keeps_what_is_held():
    user, group = user_with("change_tryonresult"), group_with("view_charge", "publish")

    for _number in range(2):
        migration.grant(apps, None)

    assert work_of(user) == {"generate", "review", "publish", "see_costs"}
    assert work_of(group) == {"publish", "see_costs"}
    assert user.user_permissions.count() == 5


@pytest.mark.django_db
def test_grant__permissions_of_other_apps_count_for_nothing():
    user = get_user_model().objects.create_user("other")
    user.user_permissions.set(Permission.objects.exclude(content_type__app_label=APP))

    migration.grant(apps, None)

    assert not work_of(user)


@pytest.mark.django_db
def test_grant__to_groups_only_with_a_user_model_that_has_no_permissions(settings):
    group = group_with("add_tryonresult")
    settings.AUTH_USER_MODEL = "contenttypes.ContentType"

    migration.grant(apps, None)

    assert work_of(group) == {"generate", "see_costs"}


@pytest.mark.django_db
def test_grant__does_nothing_before_the_users_database_is_migrated(monkeypatch):
    user = user_with("add_tryonresult")
    monkeypatch.setattr(connection.introspection, "table_names", list)

    migration.grant(apps, None)

    assert not work_of(user)


def test_grant__does_nothing_without_users():
    class NoAuth:
        def get_model(self, *_name):
            raise LookupError

    migration.grant(NoAuth(), None)


@pytest.mark.django_db
def test_grant__takes_as_many_queries_for_many_users():
    def queries():
        with CaptureQueriesContext(connection) as captured:
            migration.grant(apps, None)
        return len(captured)

    user_with("change_tryonresult")
    few = queries()
    rows = rows_of("change_tryonresult")
    for number in range(5):
        get_user_model().objects.create_user(f"user {number}").user_permissions.set(rows)

    assert queries() == few
