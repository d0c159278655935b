"""What the admin must show and do in every theme: pictures, editor, actions, notices."""

from __future__ import annotations

from urllib.parse import urlencode

from django.utils import timezone

from django_outfitanyone.choices import Review, Status
from django_outfitanyone.models import Account, ClothesParse
from tests.admin.batches import BATCH
from tests.admin.controls import Controls
from tests.admin.pages import address, text_of
from tests.factories import make_charge, make_hotspot, make_try_on

GUIDE = '<details class="outfit-panel outfit-guide"'
EDITOR = 'class="outfit-editor"'
NOTICE = "nothing has been sent: the account"
CANDIDATES = [{"task_id": "task-1", "state": "running", "submitted_at": ""}]


def make_rows():
    """Make a row for each page; the account is stopped, which every page says."""
    account = Account.of()
    account.stopped_at, account.stopped_code = timezone.now(), "Arrearage"
    account.stopped_message = "A bill is overdue."
    account.save()
    finished = make_try_on(batch=BATCH)
    make_hotspot(finished)
    make_hotspot(finished.model_image)
    unclear = make_try_on(
        status=Status.NEEDS_ATTENTION,
        submitted_at=timezone.now(),
        remote_answer={"candidates": CANDIDATES},
        batch=BATCH,
        number=1,
    )
    parse = ClothesParse.objects.create(
        account=account,
        model_image=finished.model_image,
        picture_sha256=finished.model_image.sha256,
        clothes_types="upper",
        status=Status.NEEDS_ATTENTION,
        submitted_at=timezone.now(),
    )
    make_charge(try_on=finished)
    return {"finished": finished, "unclear": unclear, "parse": parse}


def missing_on(site, rows):
    """Return what the pages lack, one text each."""
    missing = []
    for (page, *args), expected in _pages(**rows).items():
        response = site.get(page, *args)
        assert response.status_code == 200, page
        missing += [f"{page}: {part}" for part in _missing(response, **expected)]
    return missing


def _pages(finished, unclear, parse):
    """Return what each page must have."""
    photo, garment = finished.model_image, finished.garments[0]
    try_on_page = address("tryonresult_add")
    do = {row.pk: address("tryonresult_do", row.pk) for row in (finished, unclear)}
    decide = address("clothesparse_decide", parse.pk)
    resume = address("account_resume", "default")
    change_finished = address("tryonresult_change", finished.pk)
    parse_page = address("modelimage_change", photo.pk)
    review = [("action", name, do[finished.pk]) for name in ("approve", "reject", "publish")]
    product_page = address("product_change", garment.product_id)
    back = urlencode({"next": f"{product_page}#outfit-product-looks"})
    choices = [("action", name, do[unclear.pk]) for name in ("retry", "cancel")]
    return {
        ("tryonresult_change", finished.pk): {
            "pictures": [finished.image, photo.thumbnail, garment.thumbnail],
            "buttons": [*review, ("_parse_clothes", "1", change_finished)],
            "links": [address("tryonresult_batch", BATCH), address("tryonresult_refine")],
            "texts": [EDITOR],
        },
        ("tryonresult_change", unclear.pk): {
            "pictures": [unclear.model_image.thumbnail],
            "buttons": [*choices, ("task", "task-1", address("tryonresult_adopt", unclear.pk))],
        },
        ("modelimage_change", photo.pk): {
            "pictures": [photo.image],
            "buttons": [("_parse_clothes", "1", parse_page)],
            "links": [try_on_page],
            "texts": [EDITOR, GUIDE],
        },
        ("clothesparse_change", parse.pk): {
            "buttons": [("action", name, decide) for name in ("retry", "cancel")],
        },
        ("account_change", "default"): {
            "buttons": [("next", address("account_change", "default"), resume)]
        },
        ("garment_change", garment.pk): {
            "pictures": [garment.thumbnail],
            "links": [try_on_page],
            "texts": [GUIDE],
        },
        ("garment_add",): {"texts": [GUIDE]},
        ("modelimage_add",): {"texts": [GUIDE]},
        ("product_change", garment.product_id): {
            "pictures": [finished.thumbnail, garment.thumbnail],
            "buttons": [(name, value, f"{target}?{back}") for name, value, target in review],
            "links": [try_on_page, change_finished],
        },
        ("charge_changelist",): {"texts": ["Spent this month"]},
        ("tryonresult_batch", BATCH): {
            "pictures": [finished.thumbnail],
            "buttons": [*review, ("action", "approve", address("tryonresult_batch_do", BATCH))],
            "links": [change_finished, address("tryonresult_change", unclear.pk)],
        },
        ("tryonresult_add",): {
            "pictures": [garment.thumbnail, photo.thumbnail],
            "buttons": [("_order", "1", try_on_page), ("_resume", "default", try_on_page)],
        },
        ("tryonresult_refine",): {},
        ("tryonresult_delete", finished.pk): {"texts": ["was paid for this"]},
        **{
            (f"{model}_changelist",): {}
            for model in (
                "account",
                "batch",
                "clothesparse",
                "garment",
                "modelimage",
                "tryonresult",
            )
        },
    }


def _missing(response, *, pictures=(), buttons=(), links=(), texts=()):
    controls, html = Controls(response), text_of(response)
    if controls.nested:
        yield "a form inside a form"
    yield from (file.name for file in pictures if file.url not in controls.pictures)
    yield from (text for text in (*texts, NOTICE) if text not in html)
    yield from (link for link in links if not controls.links_to(link))
    for name, value, target in buttons:
        found = [one for one in controls.buttons if (one.name, one.value) == (name, value)]
        is_fine = any(
            one.target == target
            and one.method == "post"
            and "csrfmiddlewaretoken" in one.form.hidden
            for one in found
        )
        if not is_fine:
            yield f"button {name}={value}"


def press_all(site, rows):
    """Press a button on each page that has some, and check what it did."""
    finished, unclear, parse = rows["finished"], rows["unclear"], rows["parse"]
    for row, model, name, value in (
        (finished, "tryonresult", "action", "approve"),
        (unclear, "tryonresult", "task", "task-1"),
        (parse, "clothesparse", "action", "cancel"),
    ):
        button = Controls(site.get(f"{model}_change", row.pk)).button(name, value)
        response = button.press(site.client)
        assert response.status_code == 302
        assert response["Location"].startswith(address(f"{model}_change", row.pk))
        row.refresh_from_db()
    assert finished.review == Review.APPROVED
    assert (unclear.status, unclear.remote_task_id) == (Status.RUNNING, "task-1")
    assert parse.status == Status.CANCELED
    here = address("account_change", "default")
    response = (
        Controls(site.get("account_change", "default")).button("next", here).press(site.client)
    )
    assert response["Location"] == here
    assert not Account.of().is_stopped
