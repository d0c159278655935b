"""“Add many garments” in a real browser: a drop of files, by script and without, at any width."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from django_outfitanyone.models import Garment, Intake, IntakePicture
from tests.admin.pages import address
from tests.drawing import picture
from tests.factories import make_garment, make_product
from tests.local_engine import SEVERAL

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

COUNT = 20


@pytest.fixture
def files(tmp_path, local_engine):
    """Twenty pictures in a folder, one of them damaged."""
    folder = tmp_path / "drop"
    folder.mkdir()
    for number in range(COUNT):
        data = b"x" * 6000 if number == 7 else picture(number)
        (folder / f"TS-{1000 + number}_front.jpg").write_bytes(data)
    return sorted(folder.iterdir())


@pytest.fixture
def start(visit, admin_client):
    return lambda **options: visit(address("garment_intake"), client=admin_client, **options)


def choose(page, files):
    """Choose the files by their contents: intercepted requests leave out files on the disk."""
    chosen = [
        {"name": file.name, "mimeType": "image/jpeg", "buffer": file.read_bytes()} for file in files
    ]
    page.set_input_files("#id_pictures", chosen)


def uploaded(page, files):
    """Upload the files with the script and return the page with the table."""
    choose(page, files)
    page.wait_for_selector("#outfit-intake", timeout=60_000)
    page.wait_for_load_state("networkidle")
    return page


def send(client, *files):
    """Upload the files as the plain form does."""
    pictures = [SimpleUploadedFile(file.name, file.read_bytes()) for file in files]
    client.post(address("garment_intake"), {"pictures": pictures})


@pytest.mark.slow
def test_twenty_files__become_garments_in_three_clicks(start, files):
    product = make_product(sku="TS-1003")
    page = uploaded(start(width=1280), files)

    assert page.locator(".outfit-intake-row").count() == COUNT - 1
    assert page.is_visible("text=TS-1007_front.jpg")
    assert page.is_visible("text=The file is not a picture that can be read.")
    page.click("#outfit-add")
    page.wait_for_selector("text=19 garments were added.")

    assert Garment.objects.count() == COUNT - 1
    assert Garment.objects.get(product=product)
    assert not Intake.objects.exists()
    assert page.complaints == []


def test_dropped_files__are_uploaded_with_progress(start, files):
    page = start(width=800)
    transfer = page.evaluate_handle(
        """([data, name]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([Uint8Array.from(data)], name, {type: "image/jpeg"}));
            return transfer;
        }""",
        [list(files[0].read_bytes()), "dropped.jpg"],
    )
    page.dispatch_event("#outfit-drop", "drop", {"dataTransfer": transfer})
    page.wait_for_selector("#outfit-intake")

    assert IntakePicture.objects.get().file_name == "dropped.jpg"
    assert page.complaints == []


def test_changed_row__is_stored_at_once_and_its_findings_are_shown(start, files, local_engine):
    page = uploaded(start(width=1280), files[:1])
    local_engine.garment = [SEVERAL]

    page.select_option(".outfit-intake-row select[name$=kind]", "bottom")
    page.wait_for_selector("text=There are several garments in the picture.")

    assert IntakePicture.objects.get().kind == "bottom"
    assert page.is_visible("text=Use it anyway")
    assert page.complaints == []


def test_main_button__says_how_many_are_added(start, files):
    page = uploaded(start(width=375), files[:2])
    assert page.inner_text("#outfit-add") == "Add 2 garments"

    page.locator(".outfit-intake-choice input").first.uncheck()

    page.wait_for_function("document.getElementById('outfit-add').textContent === 'Add 1 garment'")


def test_product__is_chosen_by_autocompletion(start, files):
    product = make_product(title="Linen dress", sku="other")
    page = uploaded(start(width=1280), files[:1])

    page.click(".outfit-intake-row .select2-selection")
    page.fill(".select2-search__field", "linen")
    with page.expect_response(lambda response: "/many/" in response.url):
        page.click(".select2-results__option >> text=Linen dress")

    assert IntakePicture.objects.get().product == product
    assert page.complaints == []


def test_lost_upload__can_be_repeated(start, files):
    page = start(width=800)
    page.route("**/upload/", lambda route: route.abort(), times=1)
    choose(page, files[:1])
    page.wait_for_selector("#outfit-retry:not([hidden])")
    assert page.is_visible("text=could not be uploaded")

    page.click("#outfit-retry")
    page.wait_for_selector("#outfit-intake")

    assert IntakePicture.objects.count() == 1


def test_without_script__table_is_corrected_and_saved(visit, admin_client, files):
    product = make_product(sku="AB-1")
    send(admin_client, *files[:2])  # intercepted requests leave out the files of a plain form
    path = address("garment_intake_page", Intake.objects.get().pk)
    page = visit(path, client=admin_client, width=375, java_script_enabled=False)

    page.locator("input[name$=sku]").first.fill("AB-1")
    page.click("#outfit-add")
    page.wait_for_selector("text=2 garments were added.")

    assert Garment.objects.filter(product=product).count() == 1
    assert page.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("name", ["garment_intake", "garment_intake_page"])
def test_pages__fit_and_are_accessible(
    visit, admin_client, files, barriers, local_engine, name, width, scheme
):
    make_garment(data=files[0].read_bytes(), name="Tee")
    local_engine.garment = [SEVERAL]
    send(admin_client, *files[:2], files[7])
    keys = [Intake.objects.get().pk] if name.endswith("page") else []

    page = visit(address(name, *keys), client=admin_client, width=width, color_scheme=scheme)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ours = {"include": [["#content"]], "exclude": [[".select2-container"]]}  # Django's own
    assert barriers(page, within=ours) == []
    assert page.complaints == []
