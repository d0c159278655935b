"""docs/engines.md: its tables are those of the engines, and the engine that it writes works."""

from __future__ import annotations

import base64
import json
import re
import sys
from decimal import Decimal
from types import ModuleType

import pytest

from django_outfitanyone.actions import request_try_on
from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.conf import conf
from django_outfitanyone.diagnostics.engine_table import row_of
from django_outfitanyone.engines.base import Engine
from django_outfitanyone.engines.flux_vto import TRAINING_WARNING
from django_outfitanyone.jobs.try_on import TryOnOptions, TryOnRequest
from django_outfitanyone.models import Charge
from tests import engine_pages
from tests.drawing import picture
from tests.engines.dashscope.listener import (
    Listener,
    answers,
    drops_after_reading,
    response,
)
from tests.factories import make_garment, make_model_image
from tests.work import work

TEXT = engine_pages.PAGE.read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
(EXAMPLE,) = (block for block in BLOCKS if "JsonEngine" in block)
(SHOP,) = (block for block in BLOCKS if "shop.tailor" in block and block is not EXAMPLE)
MOST_LINES = 60
RESULT_SIZE = (240, 360)


def shops():
    """Return ``OUTFITANYONE`` of every example of the page."""
    found = []
    for block in BLOCKS:
        names = {}
        if "OUTFITANYONE" in block:
            exec(block, names)
            found.append(names["OUTFITANYONE"])
    return found


class TestTables:
    def test_are_those_of_the_engines(self):
        assert engine_pages.page(TEXT) == TEXT, "run `python -m tests.engine_pages`"

    def test_hold_every_engine_of_the_app(self):
        packages = (engine_pages.ROOT / "django_outfitanyone/engines").glob("*/__init__.py")
        shown = {engine.__module__.split(".")[2] for engine in engine_pages.ENGINES}

        assert shown == {package.parent.name for package in packages}

    def test_price_of_an_outfit_adds_up_its_calls(self):
        fashn = next(model for model in engine_pages.models() if model.name == "tryon-v1.6")

        assert (fashn.price(1), fashn.price(2)) == ("USD 0.075", "USD 0.15")

    def test_page_without_comments_is_refused(self):
        with pytest.raises(ValueError, match="no place"):
            engine_pages.page("# Engines")


class TestPage:
    def test_choice_names_every_engine(self):
        named = set(re.findall(r"\| `(\w+\.\w+)`", TEXT))

        assert named == {
            f"{engine.__module__.split('.')[2]}.{engine.__name__}"
            for engine in engine_pages.ENGINES
        }

    def test_warns_of_training(self):
        assert " ".join(TRAINING_WARNING.split()) in " ".join(TEXT.split())

    def test_options_are_named(self):
        names = {name for engine in engine_pages.ENGINES for name in engine.OPTIONS}
        names -= set(engine_pages.ImagesEdits.OPTIONS)

        assert {name for name in names if f"`{name}`" not in TEXT} == set()

    def test_shop_has_three_engines_that_can_be_used(self, settings):
        settings.OUTFITANYONE = next(shop for shop in shops() if len(shop["ENGINES"]) == 3)
        rows = {engine.alias: row_of(engine) for engine in conf.engines.values()}

        assert set(rows) == {"default", "catalogue", "qwen", "local"}
        assert [row.problem for row in rows.values()] == [""] * 4
        keys = {engine.api_key_env for engine in conf.engines.values()} - {""}
        assert {key for key in keys if f"`{key}`" in TEXT} == keys


@pytest.fixture
def tailor(monkeypatch):
    """The module of the example, as the shop would import it."""
    module = ModuleType("shop.tailor")
    exec(compile(EXAMPLE, "docs/engines.md", "exec"), module.__dict__)
    monkeypatch.setitem(sys.modules, "shop", ModuleType("shop"))
    monkeypatch.setitem(sys.modules, "shop.tailor", module)
    monkeypatch.setenv("TAILOR_API_KEY", "key-of-the-tailor")
    return module


@pytest.fixture
def serve(tailor, settings):
    """Start the made-up vendor, and configure the shop of the page to use it."""
    servers = []

    def start(behaviour, **keys):
        servers.append(Listener(behaviour).__enter__())
        names = {}
        exec(SHOP, names)
        shop = names["OUTFITANYONE"]
        shop["ENGINES"]["default"]["BASE_URL"] = f"http://{servers[-1].address}"
        shop["ENGINES"]["default"]["SUBMITS"] = "100/s"
        settings.OUTFITANYONE = {
            **shop,
            "ALLOW_PRIVATE_ADDRESSES": True,
            "CHECK_PICTURES": False,
            "PARSE_RESULTS": False,
            **keys,
        }
        return servers[-1]

    yield start
    for server in servers:
        server.__exit__(None, None, None)


def made(seed):
    """Return the vendor's answer with a new picture."""
    data = base64.b64encode(picture(seed, size=RESULT_SIZE)).decode()
    return response({"image": f"data:image/jpeg;base64,{data}"})


def requested(*kinds, person=None, **options):
    garments = [make_garment(kind) for kind in kinds or (GarmentKind.TOP,)]
    request = TryOnRequest.of(person or make_model_image(), garments)
    return request_try_on(request, options=TryOnOptions(**options))


def finished(try_on):
    work(try_on)
    return try_on.status, try_on.error_code


def bodies(server):
    return [json.loads(request.partition(b"\r\n\r\n")[2]) for request in server.requests]


def test_example__is_short_and_subclasses_the_interface(tailor):
    assert len(EXAMPLE.splitlines()) <= MOST_LINES
    assert issubclass(tailor.Tailor, Engine)


@pytest.mark.django_db
class TestExample:
    def test_try_on_succeeds_and_is_charged(self, serve):
        server = serve(answers(made(1)))
        try_on = requested()

        assert finished(try_on) == (Status.SUCCEEDED, "")
        assert (try_on.width, try_on.height) == RESULT_SIZE
        assert picture(1, size=RESULT_SIZE)[-2000:] in try_on.read()
        assert Charge.objects.totals() == {"EUR": Decimal("0.05")}
        (body,) = bodies(server)
        assert base64.b64decode(body["person"]) == try_on.model_image.read()
        assert (body["model"], body["kind"]) == ("tailor-2", "top")
        assert b"Bearer key-of-the-tailor" in server.requests[0]

    def test_outfit_takes_two_calls_one_on_the_other(self, serve):
        server = serve(answers(made(1), made(2)))
        try_on = requested(GarmentKind.TOP, GarmentKind.BOTTOM)

        assert finished(try_on) == (Status.SUCCEEDED, "")
        first, second = bodies(server)
        assert (first["kind"], second["kind"]) == ("top", "bottom")
        assert base64.b64decode(second["person"]) != try_on.model_image.read()
        assert first["key"] != second["key"]
        assert Charge.objects.totals() == {"EUR": Decimal("0.10")}

    def test_refused_photo_fails_with_the_engines_help(self, serve):
        serve(answers(response({"error": {"code": "no_person"}}, status=422)))
        try_on = requested()

        assert finished(try_on) == (Status.FAILED, "no_person")
        assert try_on.error_help.fixed_by == "shop"
        assert "Tailor sees no person" in str(try_on.error_help.text)
        assert not Charge.objects.exists()

    @pytest.mark.parametrize(
        "behaviour",
        [drops_after_reading, answers(response({"image": "no picture"}))],
        ids=["lost answer", "answer without a picture"],
    )
    def test_unclear_request_needs_a_person_and_is_sent_once(self, serve, behaviour):
        server = serve(behaviour)

        assert finished(requested()) == (Status.NEEDS_ATTENTION, "OutcomeUnknown")
        assert len(server.requests) == 1

    def test_doctor_reads_the_credits(self, serve):
        server = serve(answers(response({"credits": 0})))
        engine = conf.engine("default").load()
        (found,) = engine.check()
        engine.close()

        assert not found.is_good
        assert server.requests[0].startswith(b"GET /account ")
