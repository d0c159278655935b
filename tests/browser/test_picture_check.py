"""The picture check on the pages of a garment and a model photo."""

from __future__ import annotations

import pytest

from django_outfitanyone import check_picture
from tests.admin.pages import address
from tests.drawing import picture
from tests.factories import make_garment, make_model_image
from tests.local_engine import LARGE, SEVERAL, SMALL, TWO_PEOPLE, WORN

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture
def rows(local_engine):
    """A photo and a garment with the most findings and buttons."""
    local_engine.person, local_engine.garment = [TWO_PEOPLE], [SEVERAL, SMALL, WORN]
    local_engine.box = (100, 100, 400, 600)
    made = {
        "modelimage": make_model_image(data=picture(1, size=LARGE)),
        "garment": make_garment(data=picture(2, size=LARGE)),
    }
    for row in made.values():
        check_picture(row)
    return made


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("model", ["modelimage", "garment"])
def test_panel__fits_and_is_accessible(rows, visit, barriers, admin_client, model, width, scheme):
    page = visit(
        address(f"{model}_change", rows[model].pk),
        client=admin_client,
        width=width,
        color_scheme=scheme,
    )

    assert page.is_visible(".outfit-check")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert barriers(page, within=".outfit-check") == []
    assert page.complaints == []


@pytest.mark.parametrize("model", ["modelimage", "garment"])
def test_list__shows_the_findings_without_overlap(rows, visit, admin_client, model):
    page = visit(address(f"{model}_changelist"), client=admin_client, width=1280)

    assert page.is_visible("#result_list .outfit-refusal")
    assert page.complaints == []


def test_button__crops_with_one_click(rows, visit, admin_client, local_engine):
    local_engine.garment = []
    page = visit(address("garment_change", rows["garment"].pk), client=admin_client, width=375)
    page.click("text=Crop to the garment")
    page.wait_for_selector("text=The picture was cropped.")

    assert page.is_visible("text=Restore the original picture")
    assert page.complaints == []
