"""The registry of emulators, and what they share."""

from __future__ import annotations

from outfitanyone_local.sandbox.emulators import EMULATORS, base_paths, emulator_of
from outfitanyone_local.sandbox.fault_kinds import ENDPOINTS
from outfitanyone_local.sandbox.sandbox import account_of


def test_base_paths__are_apart():
    paths = [emulator.base_path for emulator in EMULATORS]
    assert len(set(paths)) == len(paths)
    assert all(path.startswith("/") and not path.endswith("/") for path in paths)
    assert len(base_paths()) == sum(len(emulator.engines) for emulator in EMULATORS)


def test_endpoints__have_known_names():
    names = {endpoint.name for emulator in EMULATORS for endpoint in emulator.endpoints}
    assert names <= set(ENDPOINTS)


def test_emulator_of__goes_by_whole_parts_of_the_path():
    for emulator in EMULATORS:
        assert emulator_of(f"{emulator.base_path}/anything") is emulator
        assert emulator_of(f"{emulator.base_path}x") is EMULATORS[0]


def test_accounts__of_vendors_are_apart():
    scopes = [emulator.account_scope() for emulator in EMULATORS]
    assert len({account_of("sk-same", scope=scope) for scope in scopes}) == len(EMULATORS)


def test_unknown_path__gets_the_error_of_the_first_api(api):
    response = api.call("GET", "/nowhere")
    assert (response.status_code, response.json()["code"]) == (404, "NotFound")


def test_fault__hits_one_engine_only(server, api, person, garment):
    server.faults.add("error", code="Throttling", engine="fashn", times=None)
    fields = {"person_image_url": person, "top_garment_url": garment}
    assert api.submit(**fields).status_code == 200
    server.faults.add("error", code="Throttling", engine="outfit_anyone")
    assert api.submit(**fields).status_code == 429


def test_stats__count_by_engine(server, api, person, garment):
    api.submitted(person_image_url=person, top_garment_url=garment)
    server.settle()
    counts = server.stats["engines"]["outfit_anyone"]
    assert (counts["submits"], counts["accepted"]) == (1, 1)
