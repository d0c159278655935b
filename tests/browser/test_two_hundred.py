"""A season's amount of work: two hundred files, outfits, pictures of a batch, and decisions."""

from __future__ import annotations

from copy import copy
from uuid import uuid4

import pytest
from django.db.models.base import ModelState

from django_outfitanyone.actions import request_try_ons
from django_outfitanyone.choices import Review
from django_outfitanyone.jobs.try_on import combine
from django_outfitanyone.models import Batch, Garment, TryOnResult
from tests.admin.pages import address
from tests.drawing import picture
from tests.factories import make_garment, make_model_image, make_product, make_try_on
from tests.work import REPLACE, one_pass, work

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]

COUNT = 200
FIRST, OTHERS = 140, 60
"""A form of Django has room for 140 pictures; the others are a second upload."""


@pytest.fixture(scope="module")
def data():
    """Two hundred small pictures, all of them different."""
    return [picture(number, size=(160, 200)) for number in range(COUNT)]


def copied(row, **columns):
    """Return a new row that shares the files of this one."""
    other = copy(row)
    other.pk, other._state = None, ModelState()
    for name, value in columns.items():
        setattr(other, name, value)
    return other


@pytest.fixture
def shirts():
    first = make_garment(name="Shirt 000")
    others = [
        copied(first, name=f"Shirt {number:03}", sha256=f"{number:064x}")
        for number in range(1, COUNT)
    ]
    return [first, *Garment.objects.bulk_create(others)]


@pytest.fixture
def waiting():
    """Two hundred pictures that wait for review."""
    first = make_try_on()
    others = [
        copied(first, candidates=uuid4(), batch=uuid4(), garments=first.garments)
        for _number in range(1, COUNT)
    ]
    TryOnResult.objects.store(others, chunk=100)
    return [first, *others]


class TestIntake:
    def choose(self, page, data, numbers):
        files = [
            {"name": f"TS-{1000 + number}.jpg", "mimeType": "image/jpeg", "buffer": data[number]}
            for number in numbers
        ]
        page.set_input_files("#id_pictures", files)

    def test_files__become_garments_in_two_uploads(self, visit, admin_client, local_engine, data):
        make_product(sku="TS-1150")
        page = visit(address("garment_intake"), client=admin_client, width=1280)

        self.choose(page, data, range(COUNT))
        page.wait_for_selector("text=Only the first 140 files are uploaded.")
        page.wait_for_selector("#outfit-add:text-is('Add 140 garments')", timeout=120_000)
        assert page.locator(".outfit-intake-row").count() == FIRST
        page.click("#outfit-add")
        page.wait_for_selector("text=140 garments were added.")

        page.goto(f"http://localhost{address('garment_intake')}")
        self.choose(page, data, range(FIRST, COUNT))
        page.wait_for_selector("#outfit-add:text-is('Add 60 garments')", timeout=120_000)
        page.focus("#outfit-add")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=60 garments were added.")

        assert Garment.objects.count() == COUNT
        assert Garment.objects.get(product__sku="TS-1150").name
        assert page.complaints == []


class TestOrder:
    @pytest.fixture
    def open_order(self, visit, admin_client, shirts):
        photo = make_model_image()
        chosen = ",".join(str(shirt.pk) for shirt in shirts)
        path = f"{address('tryonresult_add')}?garments={chosen}&photos={photo.pk}"
        return lambda **options: visit(path, client=admin_client, width=1280, **options)

    def test_with_mouse_and_keyboard__rows_and_cells_are_switched_off(self, open_order, shirts):
        page = open_order()
        page.wait_for_selector("text=200 pictures;")
        assert page.locator("#outfit-matrix tbody tr").count() == 100

        page.click(f"[name=_row][value='{shirts[0].pk}']")
        page.wait_for_selector("text=199 pictures;")
        page.locator("#outfit-matrix [type=checkbox]").nth(1).focus()
        page.keyboard.press("Space")
        page.wait_for_selector("text=198 pictures;")
        page.click("[name=cells_start][value='100']")
        page.wait_for_selector(f"[name=_row][value='{shirts[150].pk}']")
        page.click(f"[name=_row][value='{shirts[150].pk}']")
        page.wait_for_selector("text=197 pictures;")
        assert "CNY 99.29" in page.inner_text("#outfit-summary")
        self.order(page)

        left_out = {row.garments[0] for row in TryOnResult.objects.all()}
        assert set(shirts) - left_out == {shirts[0], shirts[1], shirts[150]}
        assert Batch.objects.get().size == 197
        assert page.complaints == []

    def test_without_script__total_follows_the_button(self, open_order, shirts):
        page = open_order(java_script_enabled=False)
        assert "200 pictures;" in page.inner_text(".outfit-estimate")

        page.click(f"[name=_row][value='{shirts[0].pk}']")
        page.uncheck("#outfit-matrix [type=checkbox]:checked >> nth=0")
        page.click("#outfit-recalculate")
        assert "198 pictures;" in page.inner_text(".outfit-estimate")
        self.order(page)

        assert TryOnResult.objects.count() == 198

    def order(self, page):
        """Click the button, and the one of the question that more than 100 pictures need."""
        page.click("#outfit-make")
        page.click("[name=_confirm]", timeout=30_000)
        page.wait_for_selector("#outfit-progress", timeout=60_000)


class TestBatch:
    @pytest.fixture
    def batch(self, remote, shirts):
        requests = combine(shirts, [make_model_image()])
        return request_try_ons(requests, options=REPLACE)[0].batch

    def test_pause_resume_and_finish__page_follows_and_each_is_paid_once(
        self, visit, admin_client, remote, batch
    ):
        page = visit(address("tryonresult_batch", batch), client=admin_client, width=1280)
        assert page.locator(".outfit-result").count() == 48
        one_pass()
        page.wait_for_selector("#outfit-pause-batch").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("#outfit-resume-batch")
        work(*TryOnResult.objects.in_flight())
        paid = remote.stats["submits"]
        assert paid < COUNT

        page.click("#outfit-resume-batch")
        page.wait_for_selector("#outfit-pause-batch")
        work(seconds=200)
        page.wait_for_selector("#outfit-progress[data-open='0']", timeout=60_000)

        assert TryOnResult.objects.waiting_for_review().count() == COUNT
        assert remote.stats["submits"] == COUNT
        assert page.locator(".outfit-result").count() == 48
        assert page.complaints == []


class TestReviewDesk:
    """The desk holds one picture and the next, however many were decided."""

    @pytest.fixture
    def desk(self, visit, admin_client, waiting):
        return visit(address("tryonresult_review"), client=admin_client, width=1280)

    def shown(self, desk):
        return desk.get_attribute("#outfit-desk", "data-picture")

    def press(self, desk, *keys):
        """Press keys of which the last one shows another picture."""
        before = self.shown(desk)
        for key in keys:
            desk.keyboard.press(key)
        # not wait_for_selector(): the handle that it returns keeps the picture in memory
        desk.locator(f"#outfit-desk:not([data-picture='{before}'])").wait_for()

    def size(self, desk):
        """Return the nodes and the bytes that the page holds after garbage was collected."""
        desk.wait_for_load_state("networkidle")
        session = desk.context.new_cdp_session(desk)
        session.send("HeapProfiler.enable")
        session.send("HeapProfiler.collectGarbage")
        session.send("Performance.enable")
        metrics = session.send("Performance.getMetrics")["metrics"]
        found = {one["name"]: one["value"] for one in metrics}
        session.detach()
        return found["Nodes"], found["JSHeapUsedSize"]

    def test_keys__decide_about_all_and_the_page_does_not_grow(self, desk, waiting):
        for number in range(20):
            self.press(desk, "r", "1" if number % 2 else "0")
        nodes, heap = self.size(desk)

        for number in range(20, COUNT - 1):
            if number % 20 == 0:
                self.press(desk, "j")
                self.press(desk, "k")
                self.press(desk, "a")
                desk.wait_for_selector(f"text=Approved. {COUNT - number - 1} left.")
                self.press(desk, "u")
            self.press(desk, "p" if number % 10 == 0 else "a")
        desk.wait_for_selector("#outfit-review-status:text-is('Approved. 1 left.')")
        later_nodes, later_heap = self.size(desk)

        assert later_nodes < nodes * 1.2
        assert later_heap < heap * 1.3 + 500_000
        rows = TryOnResult.objects
        assert rows.waiting_for_review().count() == 1
        assert rows.filter(review=Review.REJECTED).count() == 20
        assert rows.filter(published_at__isnull=False).count() == 18
        assert desk.complaints == []

    def test_next_picture__is_there_before_it_is_asked_for(self, desk, waiting):
        asked = []
        desk.on("request", lambda request: asked.append(request.url))
        self.press(desk, "j")
        desk.wait_for_load_state("networkidle")

        assert [url for url in asked if f"after={waiting[1].pk}" in url]
        assert not [url for url in asked if f"after={waiting[0].pk}" in url]

    def test_without_script__each_decision_loads_the_next(self, visit, admin_client, waiting):
        desk = visit(
            address("tryonresult_review"), client=admin_client, width=375, java_script_enabled=False
        )
        for number in range(5):
            desk.click("[data-key=a]")
            desk.wait_for_selector(f"text=Approved. {COUNT - 1 - number} left.")

        desk.click("#outfit-review-undo button")
        desk.wait_for_selector(f"#outfit-desk[data-picture='{waiting[4].pk}']")
        assert TryOnResult.objects.waiting_for_review().count() == COUNT - 4
