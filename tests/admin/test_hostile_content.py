"""No admin page runs or links what products, people and the engine write."""

from __future__ import annotations

import pytest
from django.utils import timezone

from django_outfitanyone.admin.batch import shop_links
from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.models import Account, ClothesParse, Garment
from tests.admin.pages import text_of
from tests.factories import (
    make_charge,
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_try_on,
)
from tests.hostile import TITLE, URLS, faults_on

pytestmark = pytest.mark.django_db

ERROR = {"error_code": TITLE[:100], "error_message": TITLE, "request_id": TITLE[:100]}
CANDIDATES = [{"task_id": TITLE, "state": "running", "submitted_at": TITLE}]


@pytest.fixture
def rows(configure):
    """Rows in which every text and URL is hostile; finished try-ons in one batch."""
    configure(CATALOGUE="tests.hostile.HostileCatalogue", CURRENCY="CNY")
    Account.of()
    Account.objects.update(
        stopped_at=timezone.now(), stopped_code=TITLE[:100], stopped_message=TITLE
    )
    photo = make_model_image(name=TITLE[:100])
    garments = [
        make_garment(product=make_product(title=f"{number}{TITLE}", url=url))
        for number, url in enumerate(URLS)
    ]
    bottom = make_garment(GarmentKind.BOTTOM, product=garments[0].product)
    first = make_try_on(model_image=photo, garments=[garments[0], bottom], **ERROR)
    finished = [first] + [
        make_try_on(model_image=photo, garments=[garment], batch=first.batch, number=number)
        for number, garment in enumerate(garments[1:], start=1)
    ]
    for try_on in finished:
        make_hotspot(try_on, product=try_on.garments[0].product)
    make_hotspot(photo, product=garments[1].product)
    parse = ClothesParse.objects.create(
        account=Account.of(),
        model_image=photo,
        picture_sha256=photo.sha256,
        clothes_types="upper",
        status=Status.NEEDS_ATTENTION,
        remote_answer={"x": TITLE},
        **ERROR,
    )
    make_charge(try_on=first, remote_model=TITLE[:50], task_id=TITLE[:100])
    return {
        "photo": photo,
        "garment": garments[0],
        "finished": finished,
        "failed": make_try_on(status=Status.FAILED, model_image=photo, **ERROR),
        "unclear": make_try_on(
            status=Status.NEEDS_ATTENTION,
            model_image=photo,
            remote_answer={"candidates": CANDIDATES},
            **ERROR,
        ),
        "parse": parse,
    }


def pages(site, rows):
    """Yield the name and response of every page that shows rows."""
    first, garment, photo, parse = (
        rows["finished"][0],
        rows["garment"],
        rows["photo"],
        rows["parse"],
    )
    for model in (
        *("account", "charge", "clothesparse", "garment", "modelimage", "product", "tryonresult"),
    ):
        yield f"{model} list", site.get(f"{model}_changelist")
    for try_on in (*rows["finished"], rows["failed"], rows["unclear"]):
        yield f"try-on {try_on.pk}", site.get("tryonresult_change", try_on.pk)
    for model, row in {
        "garment": garment,
        "modelimage": photo,
        "product": first.garments[0].product,
        "clothesparse": parse,
        "tryonresult": first,
    }.items():
        yield f"{model} page", site.get(f"{model}_change", row.pk)
        yield f"{model} deletion", site.get(f"{model}_delete", row.pk)
        yield f"{model} history", site.get(f"{model}_history", row.pk)
    yield "account page", site.get("account_change", "default")
    for model in ("garment", "modelimage", "product"):
        yield f"{model} form", site.get(f"{model}_add")
    yield "request", site.get("tryonresult_add", garments=garment.pk, photos=photo.pk)
    yield "batch", site.get("tryonresult_batch", first.batch)
    cards = [try_on.pk for try_on in rows["finished"]]
    yield "cards", site.get("tryonresult_batch_cards", first.batch, card=cards)
    yield "refine", site.get("tryonresult_refine", results=first.pk)
    yield "export", site.get("tryonresult_export", results=first.pk)


@pytest.mark.slow
def test_admin_pages__show_hostile_content_without_harm(site, rows):
    shown = 0
    for name, response in pages(site, rows):
        assert response.status_code == 200, name
        html = text_of(response)
        assert faults_on(html) == [], name
        shown += "x-hostile" in html
    assert shown > 30  # escaped, but there


@pytest.mark.slow
def test_admin_pages__ask_the_catalogue_for_no_missing_product(site, rows):
    """The adapter of these tests fails for ``None``, as those of shops may."""
    rows["garment"] = make_garment()
    Garment.objects.filter(pk=rows["garment"].pk).update(product=None)
    rows["garment"].refresh_from_db()
    batch = rows["finished"][0].batch
    rows["finished"].append(make_try_on(garments=[rows["garment"]], batch=batch, number=99))

    assert {response.status_code for _name, response in pages(site, rows)} == {200}


def test_admin_pages__show_hostile_input_in_the_query_without_harm(site, rows):
    for query in ({"q": TITLE}, {"p": TITLE}, {"o": TITLE}, {"_popup": TITLE}):
        response = site.client.get("/admin/django_outfitanyone/tryonresult/", query, follow=True)
        assert response.status_code == 200
        assert faults_on(text_of(response)) == []


@pytest.mark.parametrize("url", URLS[:9])
def test_shop_links__of_an_unsafe_url_are_none(configure, rf, url):
    configure(CATALOGUE="tests.hostile.HostileCatalogue")
    try_on = make_try_on(garments=[make_garment(product=make_product(url=url))])

    assert shop_links(try_on, rf.get("/")) == []


def test_shop_links__of_a_safe_url_are_kept(rf):
    product = make_product(title="Red shirt", url="/shirts/7/?size=m#red")
    try_on = make_try_on(garments=[make_garment(product=product)])

    assert shop_links(try_on, rf.get("/")) == [("Red shirt", "/shirts/7/?size=m#red")]
