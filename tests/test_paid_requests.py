"""Every way to cause a paid request, in admin and API, needs *add* and *generate*.

The tables below name every action, page and endpoint, and whether it may cost money.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from django_outfitanyone.admin import review_decisions
from django_outfitanyone.admin.actions import RESULT_ACTIONS
from django_outfitanyone.admin.candidates import CANDIDATE_ACTIONS
from django_outfitanyone.admin.parse_decisions import DECISIONS
from django_outfitanyone.api.urls import router
from django_outfitanyone.choices import Status
from django_outfitanyone.intake import drafts
from django_outfitanyone.models import Account, Batch, ClothesParse, Intake, TryOnResult
from django_outfitanyone.models.intake import Subject
from tests.admin.batches import cause_of
from tests.admin.forms import hotspot_form_data, try_on_form_data
from tests.admin.pages import AdminSession
from tests.api.client import Client
from tests.drawing import picture
from tests.factories import make_exact_staff, make_model_image, make_staff, make_try_on
from tests.permission_rules import WORK

pytestmark = pytest.mark.django_db

APP = apps.get_app_config("django_outfitanyone")
MODELS = [model._meta.model_name for model in APP.get_models()]

ADD_TRY_ON = "add_tryonresult"
ADD_PARSE = "add_clothesparse"


@pytest.fixture(autouse=True)
def _two_engines(configure, settings):
    """A second engine, to which try-ons can be moved."""
    own = settings.OUTFITANYONE["ENGINES"]["default"]
    configure(ENGINES={"default": own, "second": own})


@dataclass
class Rows:
    """The rows that the requests are about; none of them is open."""

    def __init__(self):
        self.finished = make_try_on()
        self.failed = make_try_on(status=Status.FAILED)
        columns = {"error_code": "InvalidPerson", "error_message": "No human body."}
        TryOnResult.objects.filter(pk=self.failed.pk).update(**columns)
        self.failed.refresh_from_db()
        self.batch = Batch.objects.create(pk=self.failed.batch, name="Summer", size=2)
        self.photo = make_model_image()
        self.garment = self.finished.garments[0]
        self.parse = ClothesParse.objects.create(
            account=Account.of(),
            model_image=self.photo,
            picture_sha256=self.photo.sha256,
            clothes_types="upper,lower",
            status=Status.FAILED,
        )


@dataclass(frozen=True, kw_only=True)
class Door:
    """A request that costs money if the user has the permissions ``add`` and ``reach``."""

    name: tuple[str, ...]
    send: Callable
    """Takes a session and the rows."""
    add: str
    reach: tuple[str, ...] = ()
    """What else the user needs to see the rows, or to save the page that the button is on."""

    def __str__(self):
        return " ".join(self.name)


def selected(model, action, *, add, rows_of):
    return Door(
        name=(model, action),
        send=lambda site, rows: site.select(model, action, [rows_of(rows)]),
        add=add,
        reach=(f"view_{model}",),
    )


def parse_button(model, picture_of):
    return Door(
        name=(f"{model}_change", "_parse_clothes"),
        send=lambda site, rows: site.post(
            f"{model}_change",
            picture_of(rows).pk,
            **hotspot_form_data(model, picture_of(rows), _parse_clothes="1"),
        ),
        add=ADD_PARSE,
        reach=(f"change_{model}", "change_hotspot"),
    )


def add_drafted_photo(site, **choices):
    """Add the only photo of an intake that the user has begun."""
    intake = Intake.objects.create(subject=Subject.MODEL_PHOTO, created_by=site.user)
    draft = drafts.add_file(
        intake, SimpleUploadedFile("a.jpg", picture(9)), path="a.jpg", user=site.user
    )
    values = {"shown": "1", "is_chosen": "on", "name": "Anna"}
    row = {f"picture-{draft.pk}-{name}": value for name, value in values.items()}
    return site.post("modelimage_intake_page", intake.pk, _save="1", **row, **choices)


def posted(path, body_of=lambda _rows: {}, *, add, reach=()):
    return Door(
        name=("POST", path),
        send=lambda client, rows: client.post_json(
            path.format(
                failed=rows.failed.pk,
                finished=rows.finished.pk,
                photo=rows.photo.pk,
                batch=rows.batch.pk,
            ),
            body_of(rows),
        ),
        add=add,
        reach=reach,
    )


ADMIN_ACTIONS = [
    selected("tryonresult", "retry", add=ADD_TRY_ON, rows_of=lambda rows: rows.failed),
    selected("tryonresult", "parse_clothes", add=ADD_PARSE, rows_of=lambda rows: rows.finished),
    selected(
        "tryonresult", "parse_clothes_again", add=ADD_PARSE, rows_of=lambda rows: rows.finished
    ),
    selected("modelimage", "parse_clothes", add=ADD_PARSE, rows_of=lambda rows: rows.photo),
    selected("modelimage", "parse_clothes_again", add=ADD_PARSE, rows_of=lambda rows: rows.photo),
    selected("clothesparse", "retry_failed", add=ADD_PARSE, rows_of=lambda rows: rows.parse),
]
ADMIN_PAGES = [
    Door(
        name=("tryonresult_add",),
        send=lambda site, rows: site.post(
            "tryonresult_add", **try_on_form_data([rows.garment], [rows.photo]), _order=1
        ),
        add=ADD_TRY_ON,
    ),
    Door(
        name=("tryonresult_refine",),
        send=lambda site, rows: site.post(
            "tryonresult_refine", results=rows.finished.pk, gender="woman", batch=uuid.uuid4()
        ),
        add=ADD_TRY_ON,
        reach=("view_tryonresult",),
    ),
    Door(
        name=("tryonresult_move",),
        send=lambda site, rows: site.post(
            "tryonresult_move", try_ons=rows.failed.pk, engine="second/aitryon-plus", _order=1
        ),
        add=ADD_TRY_ON,
        reach=("view_tryonresult", "view_modelimage", "view_garment"),
    ),
    Door(
        name=("tryonresult_do", "retry"),
        send=lambda site, rows: site.post("tryonresult_do", rows.failed.pk, action="retry"),
        add=ADD_TRY_ON,
        reach=("view_tryonresult",),
    ),
    Door(
        name=("tryonresult_do", "another"),
        send=lambda site, rows: site.post("tryonresult_do", rows.finished.pk, action="another"),
        add=ADD_TRY_ON,
        reach=("view_tryonresult",),
    ),
    Door(
        name=("tryonresult_review_do", "another"),
        send=lambda site, rows: site.post(
            "tryonresult_review_do",
            decision="another",
            picture=rows.finished.pk,
            order=uuid.uuid4(),
        ),
        add=ADD_TRY_ON,
        reach=("view_tryonresult",),
    ),
    Door(
        name=("tryonresult_batch_do", "retry"),
        send=lambda site, rows: site.post(
            "tryonresult_batch_do", rows.failed.batch, action="retry"
        ),
        add=ADD_TRY_ON,
        reach=("view_tryonresult",),
    ),
    Door(
        name=("tryonresult_batch_retry", "cause"),
        send=lambda site, rows: site.post(
            "tryonresult_batch_retry", rows.failed.batch, cause=cause_of(rows.failed)
        ),
        add=ADD_TRY_ON,
        reach=("view_tryonresult",),
    ),
    Door(
        name=("tryonresult_batch_replace",),
        send=lambda site, rows: site.post(
            "tryonresult_batch_replace",
            rows.failed.batch,
            cause_of(rows.failed),
            photos=rows.photo.pk,
            _order=1,
        ),
        add=ADD_TRY_ON,
        reach=("view_tryonresult", "view_modelimage", "view_garment"),
    ),
    Door(
        name=("clothesparse_decide", "retry"),
        send=lambda site, rows: site.post("clothesparse_decide", rows.parse.pk, action="retry"),
        add=ADD_PARSE,
        reach=("view_clothesparse",),
    ),
    parse_button("tryonresult", lambda rows: rows.finished),
    parse_button("modelimage", lambda rows: rows.photo),
    Door(
        name=("modelimage_intake_page", "parse"),
        send=lambda site, _rows: add_drafted_photo(site, parse="1"),
        add=ADD_PARSE,
        reach=("add_modelimage",),
    ),
]
ENDPOINTS = [
    posted(
        "try-ons/",
        lambda rows: {"model_image": rows.photo.pk, "garments": [rows.garment.pk]},
        add=ADD_TRY_ON,
    ),
    posted(
        "try-ons/bulk/",
        lambda rows: {"model_images": [rows.photo.pk], "garments": [rows.garment.pk]},
        add=ADD_TRY_ON,
    ),
    posted("try-ons/{failed}/retry/", add=ADD_TRY_ON, reach=("view_tryonresult",)),
    posted(
        "try-ons/{finished}/refine/",
        lambda _rows: {"gender": "woman"},
        add=ADD_TRY_ON,
        reach=("view_tryonresult",),
    ),
    posted(
        "try-ons/move/",
        lambda rows: {"engine": "second", "try_ons": [rows.failed.pk]},
        add=ADD_TRY_ON,
        reach=("view_tryonresult", "view_modelimage", "view_garment"),
    ),
    posted("try-ons/{finished}/another/", add=ADD_TRY_ON, reach=("view_tryonresult",)),
    posted("try-ons/{finished}/find-clothes/", add=ADD_PARSE, reach=("view_tryonresult",)),
    posted("model-images/{photo}/find-clothes/", add=ADD_PARSE),
    posted("batches/{batch}/retry/", add=ADD_TRY_ON, reach=("view_tryonresult",)),
    posted(
        "batches/{batch}/replace-photo/",
        lambda rows: {"cause": cause_of(rows.failed), "model_image": rows.photo.pk},
        add=ADD_TRY_ON,
        reach=("view_tryonresult", "view_modelimage", "view_garment"),
    ),
]

FREE_ADMIN_ACTIONS = {
    "delete_selected",
    *("approve", "reject", "publish", "unpublish", "undo", "cancel", "choose"),
    *("try_on", "try_on_photos", "refine", "move", "export"),  # they lead to a page
    *("cancel_parses", "resume_selected"),
}
FREE_ADMIN_PAGES = {
    *("changelist", "add", "change", "delete", "history"),
    *("tryonresult_batch", "tryonresult_batch_cards", "tryonresult_adopt", "account_resume"),
    *("tryonresult_batch_pause", "tryonresult_batch_resume"),
    *("tryonresult_export", "tryonresult_review", "tryonresult_review_picture"),
    *("charge_spending", "charge_spending_csv"),
    *("garment_intake", "garment_intake_page", "garment_intake_upload"),
    *("garment_intake_fetch", "garment_intake_picture", "modelimage_intake"),
    *("modelimage_intake_upload", "modelimage_intake_fetch", "modelimage_intake_picture"),
    *("garment_samples", "modelimage_samples", "garment_picture", "modelimage_picture"),
    "orderrule_leave_out",
}
FREE_ENDPOINTS = {
    *("garment create", "model-image create", "try-on estimate"),
    *("garment check", "model-image check"),
    *("batch pause", "batch resume", "batch cancel"),
    *(f"garment {name}" for name in ("crop", "cut_out", "restore")),
    *(
        f"try-on {name}"
        for name in ("cancel", "approve", "reject", "publish", "unpublish", "choose")
    ),
}


def in_admin(user):
    browser = Browser()
    browser.force_login(user)
    return AdminSession(browser, user=user)


def in_api(user):
    client = Client()
    client.force_authenticate(user)
    return client


DOORS = [(in_admin, door) for door in (*ADMIN_ACTIONS, *ADMIN_PAGES)]
DOORS += [(in_api, door) for door in ENDPOINTS]
every_door = pytest.mark.parametrize(
    ("sign_in", "door"), DOORS, ids=[f"{way.__name__} {door}" for way, door in DOORS]
)


def all_permissions(*rights):
    return {f"{right}_{model}" for right in rights for model in MODELS}


def users_without(door):
    """Return who must not cause the paid request, by what they may do."""
    every_right = all_permissions("view", "add", "change", "delete")
    users = {
        "nothing": set(),
        "view": all_permissions("view"),
        "change": all_permissions("view", "change"),
        "delete": all_permissions("view", "change", "delete"),
        "everything but add": (every_right | {*WORK}) - {door.add},
        "everything but generate": every_right | {"review", "publish", "see_costs"},
    }
    if door.reach:
        users["only add"] = {door.add, "generate"}
    return users


def open_jobs():
    return [*TryOnResult.objects.open(), *ClothesParse.objects.open()]


@every_door
def test_paid_request__is_refused_without_the_permissions(sign_in, door):
    rows = Rows()
    for name, permissions in users_without(door).items():
        response = door.send(sign_in(make_exact_staff(*permissions)), rows)

        assert not open_jobs(), f"{name}: {response}"
        assert response.status_code < 500


@every_door
def test_paid_request__is_sent_with_the_permissions(sign_in, door):
    work = {"generate", *(["review"] if "change_hotspot" in door.reach else [])}
    door.send(sign_in(make_exact_staff(door.add, *door.reach, *work)), Rows())

    assert len(open_jobs()) == 1


def test_tables__name_every_admin_action(rf):
    request = rf.get("/")
    request.user = make_staff(is_superuser=True)
    found = {
        (model._meta.model_name, action)
        for model, model_admin in admin.site._registry.items()
        if model._meta.app_label == APP.label
        for action in model_admin.get_actions(request)
        if action not in FREE_ADMIN_ACTIONS
    }

    assert found == {door.name for door in ADMIN_ACTIONS}


def test_tables__name_every_admin_page():
    names = {
        pattern.name.removeprefix(f"{APP.label}_")
        for model, model_admin in admin.site._registry.items()
        if model._meta.app_label == APP.label
        for pattern in model_admin.get_urls()
        if pattern.name
    }
    found = {name for name in names if name.partition("_")[2] not in FREE_ADMIN_PAGES}
    found -= FREE_ADMIN_PAGES

    paid = {door.name[0] for door in ADMIN_PAGES}
    assert found == {name for name in paid if not name.endswith("_change")} - {"tryonresult_add"}


def test_tables__name_every_button_of_the_pages():
    assert set(RESULT_ACTIONS) - FREE_ADMIN_ACTIONS == {"retry"}
    assert set(CANDIDATE_ACTIONS) - FREE_ADMIN_ACTIONS == {"another"}
    assert set(DECISIONS) - FREE_ADMIN_ACTIONS == {"retry"}
    assert set(review_decisions.DECISIONS) - FREE_ADMIN_ACTIONS == {"another"}


def test_tables__name_every_endpoint():
    found = set()
    for _prefix, view, basename in router.registry:
        created = {"create"} if hasattr(view, "create") else set()
        actions = {action.__name__: action for action in view.get_extra_actions()}
        found |= {f"{basename} {name}" for name in created}
        found |= {f"{basename} {name}" for name, one in actions.items() if "post" in one.mapping}
        paid = found - FREE_ENDPOINTS
        assert {name for name in paid if name.startswith(f"{basename} ")} == {
            f"{basename} {name}" for name in view.paid_actions
        }
    assert len(found - FREE_ENDPOINTS) == len(ENDPOINTS)
