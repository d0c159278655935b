"""Pictures that break the documented rules: refused, or warned of in the answer."""

from __future__ import annotations

import pytest
import requests

from drawing.noise import picture_bytes
from outfitanyone_local.sandbox.engine_protocol import Finding
from outfitanyone_local.sandbox.errors import INVALID_PERSON, NO_GARMENT, Refused
from outfitanyone_local.sandbox.http_server import SandboxServer
from outfitanyone_local.sandbox.options import Options
from outfitanyone_local.sandbox.picture_rules import judge, reason_for
from outfitanyone_local.sandbox.rectangle_engine import RectangleEngine

from .conftest import Api

DARK, HIDDEN = Finding("dark", refuses=True), Finding("hands_hidden")
FOLDED, SHADOW = Finding("folded", refuses=True), Finding("hard_shadow")


@pytest.fixture
def finished(api, person, garment):
    def finish(**fields):
        defaults = {"person_image_url": person, "top_garment_url": garment}
        return api.finished(api.submitted(**defaults | fields))

    return finish


def test_person__is_refused_with_the_documented_error_and_the_own_reason(engine, finished, caplog):
    caplog.set_level("INFO", "outfitanyone_local.sandbox")
    engine.person_findings = [HIDDEN, DARK]
    output = finished()
    assert list(output) == [
        "task_id",
        "task_status",
        "code",
        "message",
        "sandbox_reason",
        "sandbox_findings",
    ]
    assert (output["code"], output["message"]) == (INVALID_PERSON.code, INVALID_PERSON.message)
    assert output["sandbox_reason"] == "The picture is too dark or too bright."
    assert output["sandbox_findings"] == ["dark", "hands_hidden"]
    assert "InvalidPerson: The picture is too dark or too bright." in caplog.text
    assert engine.calls == []


@pytest.mark.parametrize("slot", ["top_garment_url", "bottom_garment_url"])
def test_garment__is_refused_with_the_documented_error_and_the_own_reason(
    api, engine, person, garment, slot
):
    engine.garment_findings = [FOLDED]
    output = api.finished(api.submitted(person_image_url=person, **{slot: garment}))
    assert (output["code"], output["message"]) == (NO_GARMENT.code, NO_GARMENT.message)
    assert output["sandbox_reason"] == "The garment is folded or creased."
    assert output["sandbox_findings"] == ["folded"]


def test_warnings__are_in_the_successful_answer(engine, finished):
    engine.person_findings, engine.garment_findings = [HIDDEN], [SHADOW, HIDDEN]
    output = finished()
    assert output["task_status"] == "SUCCEEDED"
    assert output["sandbox_findings"] == ["hands_hidden", "hard_shadow"]
    assert "sandbox_reason" not in output


def test_good_pictures__are_answered_as_documented(finished):
    assert "sandbox_findings" not in finished()


def test_lenient_rules__only_warn(server, engine, finished):
    server.change_options(picture_rules="lenient")
    engine.person_findings, engine.garment_findings = [DARK], [FOLDED]
    output = finished()
    assert (output["task_status"], output["sandbox_findings"]) == ("SUCCEEDED", ["dark", "folded"])


def test_lenient_rules__refuse_what_the_engine_cannot_use(server, shop, finished):
    server.change_options(picture_rules="lenient")
    wall = shop.serve(picture_bytes(colour=(90, 90, 90), file_format="BMP"))
    output = finished(person_image_url=wall)
    assert (output["code"], output["sandbox_findings"]) == ("InvalidPerson", ["no_person"])


def test_refusal__at_submit_is_flat(api, server, engine, person, garment):
    server.change_options(image_faults="submit")
    engine.person_findings = [DARK]
    response = api.submit(person_image_url=person, top_garment_url=garment)
    assert response.status_code == 400
    assert list(response.json()) == [
        "code",
        "message",
        "sandbox_reason",
        "sandbox_findings",
        "request_id",
    ]


def test_warnings__at_submit_are_in_the_task(api, server, engine, person, garment):
    server.change_options(image_faults="submit")
    engine.person_findings = [HIDDEN]
    task = api.submitted(person_image_url=person, top_garment_url=garment)
    assert api.finished(task)["sandbox_findings"] == ["hands_hidden"]


def test_parse__refusal_names_the_reason(api, red_wall):
    response = api.parse(red_wall)
    assert response.status_code == 400
    assert response.json()["message"] == INVALID_PERSON.message
    assert response.json()["sandbox_reason"] == "The picture shows no person."
    assert response.json()["sandbox_findings"] == ["no_person"]


@pytest.fixture
def red_wall(shop):
    return shop.serve(picture_bytes(colour=(200, 10, 10), file_format="BMP"))


def test_findings__are_kept_over_a_restart(shop, person, garment, tmp_path):
    ids = {}
    for name, findings in (("warned", [HIDDEN]), ("refused", [DARK])):
        engine = RectangleEngine()
        engine.person_findings = findings
        with SandboxServer(engine=engine, options=Options(speed=1e6), state_dir=tmp_path) as first:
            api = Api(first)
            ids[name] = api.submitted(person_image_url=person, top_garment_url=garment)
            first.settle()
            api.session.close()
    with SandboxServer(engine=RectangleEngine(), state_dir=tmp_path) as second:
        second.clock.advance(60)
        api = Api(second)
        warned, refused = api.output(ids["warned"]), api.output(ids["refused"])
        api.session.close()
    assert warned["sandbox_findings"] == ["hands_hidden"]
    assert (refused["sandbox_reason"], refused["sandbox_findings"]) == (
        "The picture is too dark or too bright.",
        ["dark"],
    )


class TestWornGarment:
    """A garment may be photographed on a person or a mannequin: it is cut out."""

    @pytest.fixture(autouse=True)
    def _worn(self, engine):
        engine.garment_findings = [Finding("worn")]

    @pytest.mark.parametrize(
        ("slots", "kinds"),
        [
            (["top_garment_url"], [None]),
            (["bottom_garment_url"], ["bottom"]),
            (["top_garment_url", "bottom_garment_url"], ["top", "bottom"]),
        ],
    )
    def test_garment__is_cut_out(self, api, engine, person, garment, slots, kinds):
        fields = dict.fromkeys(slots, garment)
        output = api.finished(api.submitted(person_image_url=person, **fields))
        assert (output["task_status"], output["sandbox_findings"]) == ("SUCCEEDED", ["worn"])
        assert [call[1] for call in engine.calls if call[0] == "cut_out"] == kinds

    def test_cut_out__is_tried_on(self, engine, finished):
        finished()
        assert engine.tops[-1].shape == (280, 150, 3)

    def test_unusable_wearer__refuses_the_garment_not_the_person(
        self, engine, finished, monkeypatch
    ):
        def refuse(*_, **__):
            raise Refused(
                INVALID_PERSON.because("The person does not face the camera.", "side_view")
            )

        monkeypatch.setattr(engine, "cut_out_worn_garment", refuse)
        output = finished()
        assert (output["code"], output["message"]) == (NO_GARMENT.code, NO_GARMENT.message)
        assert output["sandbox_reason"] == "The person does not face the camera."
        assert output["sandbox_findings"] == ["worn", "side_view"]

    def test_kept_half__is_not_checked(self, api, engine, shop, garment):
        person = shop.serve(picture_bytes(400, 600), path="/large.png")
        crop = api.parse(person).json()["output"]["crop_img_url"][0]
        engine.garment_findings = [FOLDED]
        output = api.finished(api.submitted(person_image_url=person, top_garment_url=crop))
        assert output["task_status"] == "SUCCEEDED"
        assert requests.get(output["image_url"], timeout=5).status_code == 200


def test_judge__names_each_code_once():
    assert judge([HIDDEN, HIDDEN, SHADOW], INVALID_PERSON, is_lenient=False) == (
        "hands_hidden",
        "hard_shadow",
    )


def test_reason__of_an_unknown_code_is_a_sentence():
    assert reason_for("on_fire") == "The picture breaks a rule: on fire."
