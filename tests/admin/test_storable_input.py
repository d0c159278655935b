"""Text that no database stores is answered with 400 by every page, and never with 500."""

from __future__ import annotations

import pytest

from django_outfitanyone.storable_text import is_storable
from tests.admin.forms import try_on_form_data
from tests.admin.pages import address
from tests.factories import make_garment, make_model_image, make_product, make_try_on

pytestmark = pytest.mark.django_db

MODELS = ("account", "charge", "clothesparse", "garment", "modelimage", "product", "tryonresult")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("query", ["q=%00", "status__exact=a%00", "%00=x", "p=%00", "o=1%00"])
def test_changelist__query_with_nul_is_refused(site, model, query):
    assert site.client.get(f"{address(f'{model}_changelist')}?{query}").status_code == 400


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("query", ["q=%ED%A0%80", "q=%FF%FE", "p=%ED%A0%80", "o=%ED%A0%80"])
def test_changelist__bytes_that_are_no_text_are_no_bug(site, model, query):
    response = site.client.get(f"{address(f'{model}_changelist')}?{query}", follow=True)
    assert response.status_code in {200, 400}


def test_charset__that_decodes_to_half_characters_is_refused(site):
    response = site.client.get(
        f"{address('garment_changelist')}?q=%5Cud800",
        CONTENT_TYPE="text/plain; charset=unicode_escape",
    )
    assert response.status_code in {200, 400}


@pytest.mark.parametrize("model", MODELS)
def test_path__with_nul_is_refused(site, model):
    url = address(f"{model}_changelist") + "a%00b/change/"
    assert site.client.get(url).status_code == 400


def test_autocomplete__with_nul_is_refused(site):
    response = site.client.get(
        "/admin/autocomplete/",
        {
            "app_label": "django_outfitanyone",
            "model_name": "garment",
            "field_name": "product",
            "term": "a\0",
        },
    )
    assert response.status_code == 400


def test_forms__with_nul_are_refused(site):
    garment, photo, look = make_garment(), make_model_image(), make_try_on()
    order = try_on_form_data([garment], [photo])
    for page, args, data in (
        ("tryonresult_add", (), {**order, "remote_model": "a\0"}),
        ("tryonresult_add", (), {**order, "\0": "x"}),
        ("tryonresult_do", (look.pk,), {"action": "approve\0"}),
        ("tryonresult_do", (look.pk,), {"action": "approve", "next": "/\0"}),
        ("tryonresult_batch_do", (look.batch,), {"action": "\0"}),
        ("modelimage_change", (photo.pk,), {"name": "a\0"}),
        ("product_add", (), {"title": "a\0", "slug": "a"}),
        ("garment_changelist", (), {"action": "\0", "_selected_action": [garment.pk]}),
        ("garment_changelist", (), {"action": "try_on", "_selected_action": ["1\0"]}),
    ):
        assert site.client.post(address(page, *args), data).status_code == 400, page


def test_ordinary_requests__pass(site):
    product = make_product(title="Größe 38 👗")

    response = site.client.get(address("product_changelist"), {"q": "Größe 38 👗"})

    assert response.status_code == 200
    assert str(product.title) in response.content.decode()


@pytest.mark.parametrize(
    "value",
    ["\0", "a\ud800", "\udfff", ["a", "\0"], {"\0": 1}, {"a": {"b": ["\ud800"]}}, ("\0",)],
)
def test_is_storable__finds_odd_text_at_any_depth(value):
    assert not is_storable(value)


@pytest.mark.parametrize("value", ["", "é 👗 \ufffd\uffff", None, 7, b"\0", ["a", {"b": "c"}]])
def test_is_storable__accepts_all_else(value):
    assert is_storable(value)
