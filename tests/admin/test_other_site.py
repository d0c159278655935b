from __future__ import annotations

import re

import pytest
from django.utils import timezone

from django_outfitanyone.models import Account, TryOnResult
from tests.admin.forms import try_on_form_data
from tests.admin.pages import text_of
from tests.factories import make_garment, make_model_image, make_try_on

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.admin.other_site")]


OFFICE = "/office/django_outfitanyone"


def links_on(response):
    found = re.findall(r'(?:href|action|data-fragment)="(/[^"]*)"', text_of(response))
    return [link for link in found if not link.startswith(("/static/", "/media/"))]


def test_mixins__work_with_another_base_class_and_link_to_their_own_site(admin_client):
    try_on = make_try_on()
    Account.objects.update(stopped_at=timezone.now())

    for page in (
        "tryonresult/",
        f"tryonresult/{try_on.pk}/change/",
        f"tryonresult/batch/{try_on.batch}/",
        f"tryonresult/add/?garments={try_on.garments[0].pk}",
        "garment/",
        "product/",
        f"modelimage/{try_on.model_image_id}/change/",
        "clothesparse/",
        "account/default/change/",
    ):
        response = admin_client.get(f"{OFFICE}/{page}")
        assert response.status_code == 200, page
        strays = {link for link in links_on(response) if not link.startswith("/office/")}
        assert strays <= {"/"}, page
        assert "Resume</button>" in text_of(response), page


def test_request__redirects_to_its_own_site(admin_client):
    data = try_on_form_data([make_garment()], [make_model_image()])

    response = admin_client.post(f"{OFFICE}/tryonresult/add/", {**data, "_order": 1})

    assert response.url == f"{OFFICE}/tryonresult/batch/{data['batch']}/"


def test_try_on_action__is_offered_beside_a_shops_own_actions(admin_client):
    make_garment()
    page = text_of(admin_client.get(f"{OFFICE}/garment/"))

    assert '<option value="try_on">' in page


def test_try_on_action__is_absent_on_a_site_without_try_on_results(admin_client):
    make_garment()

    page = text_of(admin_client.get("/floor/django_outfitanyone/garment/"))

    assert '<option value="recount">' in page
    assert '<option value="try_on">' not in page


def test_rows_outside_the_queryset__are_neither_shown_nor_changed(admin_client, admin_user):
    mine = make_try_on(requested_by=admin_user)
    other = make_try_on(batch=mine.batch, number=1)
    own = "/own/django_outfitanyone/tryonresult"

    page = text_of(admin_client.get(f"{own}/batch/{mine.batch}/"))
    admin_client.post(f"{own}/batch/{mine.batch}/do/", {"action": "publish"})
    detail = admin_client.get(f"{own}/{mine.pk}/change/")
    one = admin_client.post(f"{own}/{other.pk}/do/", {"action": "publish"})

    assert f'id="try-on-{mine.pk}"' in page
    assert f'id="try-on-{other.pk}"' not in page
    assert "1 of 1 ready" in page
    assert list(TryOnResult.objects.exclude(published_at=None)) == [mine]
    assert detail.status_code == 200
    assert one.status_code == 404
