"""A picture that a user may not see cannot be ordered by that user, in admin or API.

It is hidden if it is a garment of an invisible product, an inactive model photo, or another
user's try-on that is not public. The answer is the same as for an id that does not exist.
"""

from __future__ import annotations

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from django_outfitanyone.catalogue import product_model
from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account, ClothesParse, Garment, TryOnResult
from tests.admin.forms import hotspot_form_data, try_on_form_data
from tests.admin.pages import AdminSession, errors_on, estimate_on, hidden, problems_on, text_of
from tests.api.client import Client
from tests.drawing import picture
from tests.factories import make_garment, make_model_image, make_product, make_staff, make_try_on

pytestmark = pytest.mark.django_db

UNKNOWN = 987654
ADD = ("add_tryonresult", "add_clothesparse")


@pytest.fixture
def rows():
    """Rows that users without a view permission may use (``photo``, ``top``), and hidden ones."""
    other = make_staff()
    looks = {"requested_by": other, "model_image": make_model_image()}
    return {
        "photo": make_model_image(),
        "top": make_garment(),
        "garment": make_garment(product=make_product(title="Secret", is_visible=False)),
        "model_image": make_model_image(name="Secret", is_active=False),
        "result": make_try_on(**looks),
        "failed": make_try_on(status=Status.FAILED, **looks),
    }


def open_jobs():
    return [*TryOnResult.objects.open(), *ClothesParse.objects.open()]


def without_number(response, key):
    """Return status and text of a response, without the id that was asked for."""
    return response.status_code, re.sub(rf"\b{key}\b", "ID", response.content.decode())


class TestAPI:
    @pytest.fixture
    def client(self):
        client = Client()
        client.force_authenticate(make_staff(*ADD, "add_garment"))
        return client

    @pytest.mark.parametrize(
        ("name", "path", "body"),
        [
            ("garment", "try-ons/", {"model_image": "photo", "garments": ["ID"]}),
            ("garment", "try-ons/", {"model_image": "photo", "garments": ["top", "ID"]}),
            ("model_image", "try-ons/", {"model_image": "ID", "garments": ["top"]}),
            ("garment", "try-ons/bulk/", {"model_images": ["photo"], "garments": ["ID"]}),
            ("model_image", "try-ons/bulk/", {"model_images": ["ID"], "garments": ["top"]}),
            ("garment", "try-ons/estimate/", {"model_images": ["photo"], "garments": ["ID"]}),
            ("model_image", "try-ons/estimate/", {"model_images": ["ID"], "garments": ["top"]}),
            ("model_image", "model-images/ID/find-clothes/", {}),
            ("result", "try-ons/ID/find-clothes/", {}),
            ("result", "try-ons/ID/refine/", {"gender": "woman"}),
            ("failed", "try-ons/ID/retry/", {}),
        ],
    )
    def test_post__hidden_is_the_same_as_unknown(self, client, rows, name, path, body):
        def send(key):
            keys = {"ID": key, "photo": rows["photo"].pk, "top": rows["top"].pk}

            def filled(value):
                if isinstance(value, list):
                    return [filled(one) for one in value]
                return keys.get(value, value)

            sent = {field: filled(value) for field, value in body.items()}
            return without_number(client.post_json(path.replace("ID", str(key)), sent), key)

        assert send(rows[name].pk) == send(UNKNOWN)
        assert send(rows[name].pk)[0] in {400, 404}
        assert not open_jobs()

    @pytest.mark.parametrize("query", ["garment", "model_image", "product"])
    def test_filter__hidden_is_the_same_as_unknown(self, client, rows, query):
        pk = rows["garment"].product_id if query == "product" else rows[query].pk
        hidden_, unknown = (
            without_number(client.get(f"try-ons/?{query}={key}"), key) for key in (pk, UNKNOWN)
        )

        assert hidden_ == unknown
        assert hidden_[0] == 400

    @pytest.mark.parametrize("path", ["retry", "refine"])
    def test_own_try_on__cannot_be_repeated_once_an_input_is_hidden(self, client, path):
        status = Status.FAILED if path == "retry" else Status.SUCCEEDED
        look = make_try_on(status=status, requested_by=client.handler._force_user)
        product_model().objects.update(is_visible=False)
        body = {"gender": "woman"} if path == "refine" else {}
        of_hidden = client.post_json(f"try-ons/{look.pk}/{path}/", body)

        assert of_hidden.status_code == 422
        assert of_hidden.json()["code"] == "InputChanged"
        assert not open_jobs()

    @pytest.mark.parametrize("path", ["retry", "refine"])
    def test_own_try_on__can_be_repeated_by_who_may_see_the_inputs(self, path):
        client = Client()
        user = make_staff(*ADD, "view_garment")
        client.force_authenticate(user)
        status = Status.FAILED if path == "retry" else Status.SUCCEEDED
        look = make_try_on(status=status, requested_by=user)
        product_model().objects.update(is_visible=False)
        body = {"gender": "woman"} if path == "refine" else {}

        assert client.post_json(f"try-ons/{look.pk}/{path}/", body).status_code == 202

    def test_retry__a_paid_picture_can_be_downloaded_again(self, client):
        look = make_try_on(
            status=Status.FAILED,
            requested_by=client.handler._force_user,
            image_count=1,
            remote_task_id="t",
        )
        product_model().objects.update(is_visible=False)

        assert client.post_json(f"try-ons/{look.pk}/retry/").status_code == 202
        look.refresh_from_db()
        assert look.is_collecting


class TestAdmin:
    @pytest.fixture
    def site(self):
        browser = Browser()
        user = make_staff(*ADD)
        browser.force_login(user)
        return AdminSession(browser, user=user)

    def order(self, site, rows, **changes):
        data = try_on_form_data([rows["top"]], [rows["photo"]]) | changes
        return site.post("tryonresult_add", **data, _order=1)

    def test_page__offers_visible_pictures_only(self, site, rows):
        page = text_of(site.get("tryonresult_add"))

        assert str(rows["top"]) in page
        assert rows["photo"].name in page
        assert "Secret" not in page

    def test_page__hidden_ids_in_the_link_are_the_same_as_unknown_ones(self, site, rows):
        keys = (rows["garment"].pk, UNKNOWN)
        pages = [site.get("tryonresult_add", garments=f"{key},{rows['top'].pk}") for key in keys]
        for page in pages:
            assert hidden(page, "garments") == str(rows["top"].pk)
            assert "Secret" not in text_of(page)

    @pytest.mark.parametrize(
        ("name", "field"),
        [("garment", "garments"), ("garment", "pick"), ("model_image", "photos")],
    )
    def test_order__hidden_is_the_same_as_unknown(self, site, rows, name, field):
        hidden_, unknown = (
            self.order(site, rows, **{"garments": "", field: str(key)})
            for key in (rows[name].pk, UNKNOWN)
        )

        assert not open_jobs()
        assert len(problems_on(hidden_)) == len(problems_on(unknown)) > 0
        assert estimate_on(hidden_) == estimate_on(unknown)
        assert "Secret" not in text_of(hidden_)

    def test_order__visible_pictures_can_be_ordered(self, site, rows):
        assert self.order(site, rows).status_code == 302
        assert len(open_jobs()) == 1

    def test_changelist__garments_of_an_own_product_page_are_looked_up_too(self, rows):
        """Who may see products but not garments sees the garments of all products."""
        browser = Browser()
        browser.force_login(make_staff("view_product", *ADD))
        site = AdminSession(browser)
        page = site.select("product", "try_on", [rows["garment"].product])

        assert hidden(page, "garments") == str(rows["garment"].pk)

    @pytest.mark.parametrize("page", ["tryonresult_do", "tryonresult_adopt"])
    def test_hidden_try_on__is_not_found(self, site, rows, page):
        for key in (rows["failed"].pk, UNKNOWN):
            response = site.post(page, key, action="retry", task="t")
            assert response.status_code == 404
        assert not open_jobs()

    def test_hidden_batch__is_not_found(self, site, rows):
        for batch in (rows["failed"].batch, uuid.uuid4()):
            assert site.get("tryonresult_batch", batch).status_code == 404
            assert site.get("tryonresult_batch_cards", batch).status_code == 404
            site.post("tryonresult_batch_do", batch, action="retry")
        assert not open_jobs()

    def test_hidden_result__is_left_out_of_the_page_refine(self, site, rows):
        shown, unknown = (
            site.get("tryonresult_refine", results=key) for key in (rows["result"].pk, UNKNOWN)
        )
        for page in (shown, unknown):
            assert "None of the selected pictures can be refined." in text_of(page)
            assert str(rows["result"]) not in text_of(page)

        site.post(
            "tryonresult_refine", results=rows["result"].pk, gender="woman", batch=uuid.uuid4()
        )
        assert not open_jobs()

    def test_hidden_parse__is_not_retried(self, site, rows):
        parse = ClothesParse.objects.create(
            account=Account.of(), model_image=rows["model_image"], status=Status.FAILED
        )
        for key in (parse.pk, UNKNOWN):
            assert site.post("clothesparse_decide", key, action="retry").status_code == 403
        assert not open_jobs()

    @pytest.mark.parametrize("permissions", [(), ("view_garment",)])
    def test_own_try_on__is_repeated_only_if_the_inputs_may_be_seen(self, permissions):
        browser = Browser()
        user = make_staff(*ADD, *permissions)
        browser.force_login(user)
        site = AdminSession(browser)
        failed = make_try_on(status=Status.FAILED, requested_by=user)
        finished = make_try_on(requested_by=user)
        product_model().objects.update(is_visible=False)

        site.post("tryonresult_do", failed.pk, action="retry")
        site.post("tryonresult_refine", results=finished.pk, gender="woman", batch=uuid.uuid4())

        assert len(open_jobs()) == (2 if permissions else 0)


class TestProductField:
    """The product of a garment or of a hotspot, chosen by its id."""

    @pytest.fixture
    def site_of(self):
        def sign_in(*permissions):
            browser = Browser()
            browser.force_login(make_staff(*permissions))
            return AdminSession(browser)

        return sign_in

    def garment_data(self, product, **extra):
        return {"product": product, "kind": "top", **extra}

    def test_garment__hidden_product_is_the_same_as_an_unknown_one(self, site_of):
        secret = make_product(title="Secret", is_visible=False)
        site = site_of("add_garment")
        answers = []
        for key in (secret.pk, UNKNOWN):
            image = SimpleUploadedFile("a.jpg", picture())
            page = site.post("garment_add", **self.garment_data(key, image=image))
            answers.append((page.status_code, errors_on(page)))
            assert "Secret" not in text_of(page)
            assert "Secret" not in text_of(site.get("garment_add", product=key))

        assert answers[0] == answers[1]
        assert answers[0][1]
        assert not Garment.objects.exists()

    def test_garment__visible_product_can_be_chosen(self, site_of):
        image = SimpleUploadedFile("a.jpg", picture())
        data = self.garment_data(make_product().pk, image=image)

        assert site_of("add_garment").post("garment_add", **data).status_code == 302
        assert Garment.objects.exists()

    def test_garment__keeps_the_hidden_product_that_it_has(self, site_of, rows):
        garment = rows["garment"]
        data = self.garment_data(garment.product_id, name="New")
        response = site_of("change_garment").post("garment_change", garment.pk, **data)

        assert response.status_code == 302
        garment.refresh_from_db()
        assert garment.name == "New"

    def test_hotspot__hidden_product_is_the_same_as_an_unknown_one(self, site_of):
        look, secret = make_try_on(), make_product(title="Secret", is_visible=False)
        site = site_of("change_tryonresult", "add_hotspot", "change_hotspot")
        answers = []
        for key in (secret.pk, UNKNOWN):
            box = {"x1": 1, "y1": 1, "x2": 50, "y2": 50, "product": key}
            data = hotspot_form_data("tryonresult", look, box)
            page = site.post("tryonresult_change", look.pk, **data)
            answers.append((page.status_code, errors_on(page)))
            assert "Secret" not in text_of(page)

        assert answers[0] == answers[1]
        assert answers[0][1]
        assert not look.hotspots.exists()
