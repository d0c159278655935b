"""Every door of the admin against every permission, and what pages tell without amounts."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from django_outfitanyone.choices import Review, Status
from django_outfitanyone.models import Account, ClothesParse, Hotspot, TryOnResult
from tests.admin.batches import cause_of
from tests.admin.forms import hotspot_form_data, try_on_form_data
from tests.admin.pages import AdminSession, estimate_on, hidden, make_button_on, text_of
from tests.factories import (
    make_charge,
    make_exact_staff,
    make_garment,
    make_hotspot,
    make_model_image,
    make_try_on,
)
from tests.permission_rules import (
    CANCEL,
    CANCEL_PARSE,
    CHARGES,
    CORRECT,
    ORDER,
    PARSE,
    PUBLISH,
    REPEAT,
    RESUME,
    REVIEW,
    RULES,
    WORK,
    django_permissions,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _two_engines(configure, settings):
    """A second engine, whose account is stopped."""
    own = settings.OUTFITANYONE["ENGINES"]["default"]
    configure(ENGINES={"default": own, "second": own})


class Rows:
    """One row in each state that a door needs."""

    def __init__(self):
        candidates = {"candidates": [{"task_id": "task-1", "state": "running", "submitted_at": ""}]}
        self.finished = make_try_on()
        self.approved = make_try_on(review=Review.APPROVED)
        self.published = make_try_on(review=Review.APPROVED, published_at=timezone.now())
        self.failed = make_try_on(status=Status.FAILED)
        self.queued = make_try_on(status=Status.QUEUED, batch=uuid.uuid4())
        self.unclear = make_try_on(status=Status.NEEDS_ATTENTION, remote_answer=candidates)
        self.garment, self.photo = make_garment(), make_model_image()
        self.hotspot = make_hotspot(self.finished)
        self.failed_parse = self._parse(Status.FAILED)
        self.queued_parse = self._parse(Status.QUEUED)
        self.stopped = Account.of("second")
        self.stopped.stopped_at, self.stopped.stopped_code = timezone.now(), "Arrearage"
        self.stopped.save()
        make_charge(try_on=self.finished, amount=Decimal("7.77"))

    def _parse(self, status):
        photo = make_model_image()
        return ClothesParse.objects.create(
            account=Account.of(),
            model_image=photo,
            picture_sha256=photo.sha256,
            clothes_types="upper,lower",
            status=status,
            cost=Decimal("7.77"),
            currency="CNY",
        )


def state():
    """Return all that a door can change."""
    return [
        sorted(TryOnResult.objects.values_list("pk", "status", "review", "published_at")),
        sorted(ClothesParse.objects.values_list("pk", "status")),
        sorted(Hotspot.objects.values_list("pk", "x1")),
        sorted(Account.objects.values_list("pk", "stopped_code")),
    ]


@dataclass(frozen=True, kw_only=True)
class Door:
    """A request, and what it shows if it is not one that changes a row."""

    rule: str
    name: str
    send: Callable
    """Takes a session and the rows."""
    shows: str = ""

    def is_open_to(self, user, rows):
        """Send the request as this user, and return whether it did what it is for."""
        client = Client()
        client.force_login(user)
        before = state()
        response = self.send(AdminSession(client, user=user), rows)
        if self.shows:
            return self.shows in text_of(response)
        return state() != before

    def __str__(self):
        return self.name


def page(rule, name, send, shows):
    return Door(rule=rule, name=name, send=send, shows=shows)


def selected(rule, model, action, rows_of, shows=""):
    return Door(
        rule=rule,
        name=f"{model} {action}",
        send=lambda site, rows: site.select(model, action, [rows_of(rows)]),
        shows=shows,
    )


def button(rule, action, rows_of):
    """Return the doors of a button: on the page of one try-on, and on that of its batch."""
    return Door(
        rule=rule,
        name=f"do {action}",
        send=lambda site, rows: site.post("tryonresult_do", rows_of(rows).pk, action=action),
    )


def for_batch(rule, action, rows_of):
    return Door(
        rule=rule,
        name=f"batch_do {action}",
        send=lambda site, rows: site.post(
            "tryonresult_batch_do", rows_of(rows).batch, action=action
        ),
    )


def at_the_desk(rule, decision, rows_of):
    return Door(
        rule=rule,
        name=f"review_do {decision}",
        send=lambda site, rows: site.post(
            "tryonresult_review_do",
            decision=decision,
            picture=rows_of(rows).pk,
            seen=rows_of(rows).review_version,
            order=uuid.uuid4(),
        ),
    )


def order_form(site, rows):
    data = try_on_form_data([rows.garment], [rows.photo])
    return site.post("tryonresult_add", **data, _order=1)


def refine_form(site, rows):
    return site.post(
        "tryonresult_refine", results=rows.finished.pk, gender="woman", batch=uuid.uuid4()
    )


def move_form(site, rows):
    key = rows.failed.pk
    return site.post("tryonresult_move", try_ons=key, engine="second/aitryon-plus", _order=1)


def replaced_photo(site, rows):
    key = cause_of(rows.failed)
    return site.post(
        "tryonresult_batch_replace", rows.failed.batch, key, photos=rows.photo.pk, _order=1
    )


def moved_hotspot(site, rows):
    spot = rows.hotspot
    form = {"id": spot.pk, "clothes_type": "upper", "product": "", "x1": spot.x1 + 1}
    form |= {"y1": spot.y1, "x2": spot.x2, "y2": spot.y2}
    data = hotspot_form_data("tryonresult", rows.finished, form, initial=1)
    return site.post("tryonresult_change", rows.finished.pk, **data)


def parse_button(site, rows):
    data = hotspot_form_data("modelimage", rows.photo, _parse_clothes="1")
    return site.post("modelimage_change", rows.photo.pk, **data)


ORDER_PAGE = 'id="outfit-order"'
DOORS = [
    page(ORDER, "add", lambda site, _rows: site.get("tryonresult_add"), ORDER_PAGE),
    Door(rule=ORDER, name="add POST", send=order_form),
    Door(rule=REPEAT, name="batch_replace", send=replaced_photo),
    selected(ORDER, "garment", "try_on", lambda rows: rows.garment, ORDER_PAGE),
    selected(ORDER, "product", "try_on", lambda rows: rows.garment.product, ORDER_PAGE),
    selected(ORDER, "modelimage", "try_on_photos", lambda rows: rows.photo, ORDER_PAGE),
    page(
        ORDER,
        "button of a garment",
        lambda site, rows: site.get("garment_change", rows.garment.pk),
        "Try on…",
    ),
    page(
        REPEAT,
        "refine",
        lambda site, rows: site.get("tryonresult_refine", results=rows.finished.pk),
        "outfit-refine",
    ),
    Door(rule=REPEAT, name="refine POST", send=refine_form),
    page(
        REPEAT,
        "move",
        lambda site, rows: site.get("tryonresult_move", batch=rows.failed.batch),
        "outfit-move",
    ),
    Door(rule=REPEAT, name="move POST", send=move_form),
    selected(REPEAT, "tryonresult", "retry", lambda rows: rows.failed),
    button(REPEAT, "retry", lambda rows: rows.failed),
    button(REPEAT, "another", lambda rows: rows.finished),
    for_batch(REPEAT, "retry", lambda rows: rows.failed),
    at_the_desk(REPEAT, "another", lambda rows: rows.finished),
    selected(CANCEL, "tryonresult", "cancel", lambda rows: rows.queued),
    button(CANCEL, "cancel", lambda rows: rows.queued),
    for_batch(CANCEL, "cancel", lambda rows: rows.queued),
    Door(
        rule=CANCEL,
        name="adopt",
        send=lambda site, rows: site.post("tryonresult_adopt", rows.unclear.pk, task="task-1"),
    ),
    selected(PARSE, "modelimage", "parse_clothes", lambda rows: rows.photo),
    selected(PARSE, "tryonresult", "parse_clothes_again", lambda rows: rows.finished),
    Door(rule=PARSE, name="button of a photo", send=parse_button),
    selected(PARSE, "clothesparse", "retry_failed", lambda rows: rows.failed_parse),
    Door(
        rule=PARSE,
        name="decide retry",
        send=lambda site, rows: site.post(
            "clothesparse_decide", rows.failed_parse.pk, action="retry"
        ),
    ),
    selected(CANCEL_PARSE, "clothesparse", "cancel_parses", lambda rows: rows.queued_parse),
    Door(
        rule=CANCEL_PARSE,
        name="decide cancel",
        send=lambda site, rows: site.post(
            "clothesparse_decide", rows.queued_parse.pk, action="cancel"
        ),
    ),
    selected(RESUME, "account", "resume_selected", lambda rows: rows.stopped),
    Door(
        rule=RESUME,
        name="resume",
        send=lambda site, _rows: site.post("account_resume", "second"),
    ),
    *(
        make(REVIEW, decision, lambda rows: rows.finished)
        for make in (button, for_batch, at_the_desk)
        for decision in ("approve", "reject")
    ),
    selected(REVIEW, "tryonresult", "approve", lambda rows: rows.finished),
    selected(REVIEW, "tryonresult", "reject", lambda rows: rows.finished),
    button(REVIEW, "choose", lambda rows: rows.finished),
    at_the_desk(REVIEW, "undo", lambda rows: rows.approved),
    Door(rule=CORRECT, name="hotspots", send=moved_hotspot),
    *(make(PUBLISH, "publish", lambda rows: rows.approved) for make in (button, for_batch)),
    at_the_desk(PUBLISH, "publish", lambda rows: rows.finished),
    selected(PUBLISH, "tryonresult", "publish", lambda rows: rows.approved),
    button(PUBLISH, "unpublish", lambda rows: rows.published),
    selected(PUBLISH, "tryonresult", "unpublish", lambda rows: rows.published),
    page(CHARGES, "charges", lambda site, _rows: site.get("charge_changelist"), "7.77"),
]
every_door = pytest.mark.parametrize("door", DOORS, ids=str)


@every_door
def test_door__opens_to_its_permission_alone(door):
    rows, rule = Rows(), RULES[door.rule]
    for work in ("", *WORK):
        if work != rule.work:
            user = make_exact_staff(*django_permissions(), work)
            assert not door.is_open_to(user, rows), work or "none"
    without = make_exact_staff(*django_permissions().difference(rule.needs), *WORK)
    assert not door.is_open_to(without, rows), "all but Django's"

    assert door.is_open_to(make_exact_staff(*django_permissions(), rule.work), rows)


@every_door
def test_door__opens_to_all_permissions(door):
    assert door.is_open_to(make_exact_staff(*django_permissions(), *WORK), Rows())


def test_doors__are_one_or_more_of_each_rule():
    assert {door.rule for door in DOORS} == set(RULES)


AMOUNT = re.compile(r"(CNY|USD|EUR|¥|\$)\s*[\d.]|\d+\.\d{2,6}\b|CNY=|7[.,]77")
"""Amounts, also those of hidden fields."""


def pages_with_amounts(site, rows):
    """Yield all pages that tell amounts to users who may see them."""
    order = try_on_form_data([rows.garment], [rows.photo])
    yield "today", site.client.get("/admin/django_outfitanyone/")
    yield "order", site.post("tryonresult_add", **order)
    yield "order summary", site.post("tryonresult_add", **order, _summary=1)
    yield "refine", site.get("tryonresult_refine", results=rows.finished.pk)
    yield "move", site.get("tryonresult_move", batch=rows.failed.batch)
    yield "try-on", site.get("tryonresult_change", rows.finished.pk)
    yield "try-ons", site.get("tryonresult_changelist")
    yield "batch", site.get("tryonresult_batch", rows.finished.batch)
    yield "desk", site.get("tryonresult_review")
    yield "photo", site.get("modelimage_change", rows.photo.pk)
    yield "parse", site.get("clothesparse_change", rows.failed_parse.pk)
    yield "parses", site.get("clothesparse_changelist")
    yield "account", site.get("account_change", "default")
    yield "accounts", site.get("account_changelist")
    yield "deletion", site.get("tryonresult_delete", rows.finished.pk)
    parse = site.select("modelimage", "parse_clothes", [rows.photo])
    yield "message", site.client.get(parse.url)


def visible_text(response):
    """Return the page without its addresses and drawings, which have numbers too."""
    return re.sub(r"(?s)<(script|style|svg)\b.*?</\1>|(href|src)=\"[^\"]*\"", "", text_of(response))


@pytest.fixture
def _budget(configure):
    """A budget of which less is left than a picture costs."""
    configure(BUDGET_PER_DAY=Decimal("7.80"))
    tomorrow = timezone.now() + timedelta(days=1)
    Account.objects.filter(pk=Account.of().pk).update(budget_spent_until=tomorrow)


def session_with(*work):
    client = Client()
    client.force_login(make_exact_staff(*django_permissions(), *work))
    return AdminSession(client)


@pytest.mark.usefixtures("_budget")
def test_pages__tell_amounts_to_who_may_see_costs():
    without = [
        name
        for name, response in pages_with_amounts(session_with(*WORK), Rows())
        if not AMOUNT.search(visible_text(response))
    ]

    assert not without


@pytest.mark.usefixtures("_budget")
def test_pages__tell_no_amount_to_others_and_still_work():
    session = session_with("generate", "review", "publish")
    found = {
        name: AMOUNT.search(visible_text(response))
        for name, response in pages_with_amounts(session, Rows())
    }

    assert {name: match and match[0] for name, match in found.items()} == dict.fromkeys(found)


def test_order_page__without_amounts_says_how_many_pictures():
    rows = Rows()
    order = try_on_form_data([rows.garment], [rows.photo])
    response = session_with("generate").post("tryonresult_add", **order)

    assert make_button_on(response) == "Make 1 picture"
    assert estimate_on(response).startswith("1 picture; about ")
    assert hidden(response, "shown_costs") == "pictures=1"


def test_order_page__without_amounts_refuses_more_pictures_than_it_showed():
    rows = Rows()
    order = try_on_form_data([rows.garment], [rows.photo, make_model_image()])
    site = session_with("generate")

    response = site.post("tryonresult_add", **order, _order=1, shown_costs="pictures=1")
    assert "More pictures would be charged now" in text_of(response)
    assert site.post("tryonresult_add", **order, _order=1, shown_costs="pictures=2").url


def test_order_page__without_amounts_asks_before_an_order_over_budget(configure):
    rows = Rows()
    configure(BUDGET_PER_DAY=Decimal("0.01"))
    order = try_on_form_data([rows.garment], [rows.photo])
    page = text_of(session_with("generate").post("tryonresult_add", **order, _order=1))

    assert "The budget does not cover this order: 1 picture; about" in page
    assert 'name="_confirm"' in page


def test_order_page__without_amounts_says_what_is_free(configure):
    """A picture that exists, and an engine without prices."""
    configure(PRICES={"aitryon": 0, "aitryon-plus": 0, "aitryon-parsing-v1": 0})
    rows = Rows()
    order = try_on_form_data([rows.garment], [rows.photo])
    response = session_with("generate").post("tryonresult_add", **order)

    assert estimate_on(response).startswith("1 picture; free; ")
    assert hidden(response, "shown_costs") == "pictures=0"


@pytest.mark.parametrize(
    ("page", "lookup"),
    [
        ("tryonresult_changelist", "cost__gt"),
        ("tryonresult_changelist", "remote_answer__cost__gt"),
        ("clothesparse_changelist", "cost__gt"),
    ],
)
def test_list__cannot_be_filtered_by_an_amount_that_is_hidden(page, lookup):
    assert session_with("generate").get(page, **{lookup: 1}).status_code == 400
    assert session_with("see_costs").get(page, **{lookup: 1}).status_code in {200, 302}
