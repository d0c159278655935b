"""The pages of the admin by name, with what a person has done on each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from tests.admin.pages import address
from tests.admin_pages.scene import Scene

MODELS = (
    "account", "batch", "charge", "clothesparse", "garment", "modelimage", "orderrule", "product",
    "tryonresult",
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    name: str
    path: str
    main: str = "#content"
    """CSS of the part that is this app's own."""
    is_long: bool = True
    """Whether a person scrolls it; else it is as high as the window."""
    prepare: Callable[[Any], None] = lambda _page: None
    """Done in the browser after the page is loaded."""


def pages_of(scene: Scene) -> Iterator[Page]:
    """Yield every page that shows something of this app."""
    for part in PARTS.values():
        yield from part(scene)


def work_of(scene: Scene) -> Iterator[Page]:
    """Yield the pages of a season's work: those of the app's own, and the forms with panels."""
    yield from _work(scene)
    forms = {"try-on", "try-on-failed", "try-on-popover", "product", "rule"}
    yield from (page for page in _forms(scene) if page.name in forms)


def _work(scene: Scene) -> Iterator[Page]:
    garments = ",".join(str(one.pk) for one in scene.garments[:6])
    photos = ",".join(str(one.pk) for one in scene.photos[:4])
    order = f"{address('tryonresult_add')}?garments={garments}&photos={photos}"
    first = scene.made[3].pk
    desk = f"{address('tryonresult_review')}?at={first}"
    batch, troubled = (
        address("tryonresult_batch", one.pk) for one in (scene.running, scene.troubled)
    )
    yield Page("today", reverse("admin:app_list", args=["django_outfitanyone"]), ".outfit-today")
    yield Page("intake", address("garment_intake"), "#outfit-drop")
    yield Page("intake-table", address("garment_intake_page", scene.intake.pk), "#outfit-intake")
    yield Page(
        "intake-people", address("modelimage_intake_page", scene.people.pk), "#outfit-intake"
    )
    yield Page("order", order, "#outfit-order")
    yield Page("order-matrix", order, "#outfit-matrix", is_long=False, prepare=scroll_to_matrix)
    yield Page("order-empty", address("tryonresult_add"), "#outfit-order")
    yield Page("batch", batch, "#outfit-batch")
    yield Page("batch-troubled", troubled, "#outfit-batch")
    yield Page("review", desk, "#outfit-review", is_long=False)
    for name, key, main in (
        ("reject", "r", "#outfit-review"), ("compare", "c", "#outfit-review"),
        ("help", "?", "dialog[open]"),
    ):  # fmt: skip
        yield Page(f"review-{name}", desk, main, is_long=False, prepare=pressing(key))
    yield Page("spending", address("charge_spending"), ".outfit-spending")
    yield Page("spending-product", f"{address('charge_spending')}?by=product", ".outfit-spending")
    made = ",".join(str(row.pk) for row in scene.made[3:6])
    yield Page("refine", f"{address('tryonresult_refine')}?results={made}")


def _forms(scene: Scene) -> Iterator[Page]:
    shown = scene.made[3]
    change = {
        "try-on": ("tryonresult", shown.pk),
        "try-on-failed": ("tryonresult", scene.failed.pk),
        "try-on-unclear": ("tryonresult", scene.unclear.pk),
        "garment": ("garment", scene.garments[0].pk),
        "photo": ("modelimage", scene.photos[0].pk),
        "product": ("product", scene.garments[0].product_id),
        "rule": ("orderrule", scene.rule.pk),
        "account": ("account", "default"),
        "parse": ("clothesparse", scene.parse.pk),
        "batch-name": ("batch", scene.running.pk),
    }
    for name, (model, key) in change.items():
        yield Page(name, address(f"{model}_change", key), "form[id$=_form]")
    for model in ("garment", "modelimage", "orderrule", "product"):
        yield Page(f"new-{model}", address(f"{model}_add"), "form[id$=_form]")
    yield Page(
        "try-on-popover",
        address("tryonresult_change", shown.pk),
        ".outfit-popover",
        is_long=False,
        prepare=open_popover,
    )
    yield Page("delete", address("tryonresult_delete", shown.pk))


def pressing(key: str) -> Callable[[Any], None]:
    return lambda page: page.keyboard.press(key)


def _lists(_scene: Scene) -> Iterator[Page]:
    for model in MODELS:
        yield Page(f"list-{model}", address(f"{model}_changelist"), "#changelist")


PARTS = {"work": _work, "forms": _forms, "lists": _lists}


def scroll_to_matrix(page: Any) -> None:
    page.evaluate("document.getElementById('outfit-matrix-title').scrollIntoView()")


def open_popover(page: Any) -> None:
    """Open the first box of the hotspot editor."""
    page.locator(".outfit-boxes [role=button]").first.focus()
    page.keyboard.press("Enter")
