"""Which doors need which permissions: the table of ``docs/permissions.md``."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps

WORK = ("generate", "review", "publish", "see_costs")


@dataclass(frozen=True)
class Rule:
    """Django's permissions for the model, and the one for the work, or ``""``."""

    needs: tuple[str, ...]
    work: str = ""


ORDER = "request try-ons"
REPEAT = "retry, replace the photo, refine, move to another engine, make another candidate"
CANCEL = "cancel a try-on or a batch, or settle an unclear one"
PARSE = "parse clothes, or retry a parse"
CANCEL_PARSE = "cancel a parse"
RESUME = "resume an account"
REVIEW = "approve, reject and choose pictures, undo that"
CORRECT = "correct, draw and remove hotspots"
PUBLISH = "publish pictures, or take them back"
CHARGES = "see the charges"

RULES = {
    ORDER: Rule(("add_tryonresult",), "generate"),
    REPEAT: Rule(("add_tryonresult",), "generate"),
    CANCEL: Rule(("change_tryonresult",), "generate"),
    PARSE: Rule(("add_clothesparse",), "generate"),
    CANCEL_PARSE: Rule(("change_clothesparse",), "generate"),
    RESUME: Rule(("change_account",), "generate"),
    REVIEW: Rule(("change_tryonresult",), "review"),
    CORRECT: Rule(("change_hotspot", "add_hotspot", "delete_hotspot"), "review"),
    PUBLISH: Rule(("change_tryonresult",), "publish"),
    CHARGES: Rule(("view_charge", "change_charge"), "see_costs"),
}


def django_permissions():
    """Return all permissions that Django makes for the app's models."""
    return {
        f"{right}_{model._meta.model_name}"
        for model in apps.get_app_config("django_outfitanyone").get_models()
        for right in model._meta.default_permissions
    }
