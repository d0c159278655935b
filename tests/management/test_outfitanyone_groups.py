from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.permission_rules import RULES

pytestmark = pytest.mark.django_db

EDITORS, REVIEWERS = "Try-on: editors", "Try-on: reviewers"
PUBLISHERS, MANAGERS = "Try-on: publishers", "Try-on: managers"


def member_of(*names):
    user = get_user_model().objects.create_user(username="-".join(names)[-40:], is_staff=True)
    user.groups.set(Group.objects.filter(name__in=names))
    return user


def can(user, rule):
    names = [*rule.needs, *([rule.work] if rule.work else [])]
    return any(user.has_perm(f"django_outfitanyone.{name}") for name in rule.needs) and (
        user.has_perm(f"django_outfitanyone.{names[-1]}")
    )


@pytest.mark.parametrize(
    ("group", "work"),
    [(EDITORS, "generate"), (REVIEWERS, "review"), (PUBLISHERS, "publish")],
)
def test_groups__permit_their_work_only(capsys, group, work):
    call_command("outfitanyone_groups")
    user = member_of(group)
    done = {name for name, rule in RULES.items() if can(user, rule)}

    assert done == {
        name
        for name, rule in RULES.items()
        if rule.work == work and name != "resume an account"  # a manager's decision
    }
    for model in ("product", "garment", "modelimage", "tryonresult", "hotspot"):
        assert user.has_perm(f"django_outfitanyone.view_{model}")
    assert not user.has_perm("django_outfitanyone.see_costs")
    assert f"{group} is made with {work}" in capsys.readouterr().out


def test_groups__managers_may_do_everything():
    call_command("outfitanyone_groups")
    user = member_of(MANAGERS)

    assert all(can(user, rule) for rule in RULES.values())


def test_groups__add_what_is_missing_and_keep_what_a_shop_added(capsys):
    call_command("outfitanyone_groups")
    group = Group.objects.get(name=EDITORS)
    group.permissions.remove(Permission.objects.get(codename="generate"))
    group.permissions.add(Permission.objects.get(codename="see_costs"))
    user = member_of(EDITORS)
    capsys.readouterr()

    call_command("outfitanyone_groups")
    assert capsys.readouterr().out.splitlines() == [
        f"{EDITORS} gets generate",
        *(f"{name} lacks nothing" for name in (REVIEWERS, PUBLISHERS, MANAGERS)),
    ]
    codenames = set(group.permissions.values_list("codename", flat=True))
    assert {"generate", "see_costs"} <= codenames
    assert list(user.groups.all()) == [group]
    assert Group.objects.count() == 4


def test_groups__dry_run_changes_nothing(capsys):
    call_command("outfitanyone_groups", dry_run=True)

    assert not Group.objects.exists()
    assert f"{EDITORS} would be made with generate" in capsys.readouterr().out


def test_groups__before_the_first_migration_say_what_to_do():
    Permission.objects.filter(codename="publish").delete()

    with pytest.raises(CommandError, match=r"publish yet\. Run manage\.py migrate"):
        call_command("outfitanyone_groups")
    assert not Group.objects.exists()
