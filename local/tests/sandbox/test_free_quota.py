"""The free quota of parsing, and its end."""

from __future__ import annotations

import pytest

from drawing.noise import picture_bytes

from .conftest import Api


@pytest.fixture(autouse=True)
def _two_free_pictures(server):
    server.change_options(free_parsing_images=2)


def error(response):
    return response.status_code, response.json().get("code")


def test_parse__is_refused_when_the_quota_is_used_up(api, server, person):
    assert [api.parse(person).status_code for _ in range(2)] == [200, 200]
    assert error(api.parse(person)) == (403, "AllocationQuota.FreeTierOnly")
    server.change_options(free_parsing_images=None)
    assert api.parse(person).status_code == 200


def test_parse__that_finds_nothing_counts(api, person):
    for _ in range(2):
        assert api.parse(person, ["dress"]).json()["usage"] == {"image_count": 1}
    assert error(api.parse(person)) == (403, "AllocationQuota.FreeTierOnly")


def test_parse__that_is_refused_does_not_count(api, shop, person):
    wall = shop.serve(picture_bytes(colour=(90, 90, 90), file_format="BMP"))
    for _ in range(3):
        assert error(api.parse(wall)) == (400, "InvalidPerson")
    assert api.parse(person).status_code == 200


def test_quota__is_counted_for_each_account(new_api, person):
    one, other = new_api("sk-one"), new_api("sk-other")
    for api in (one, one, other, other):
        assert api.parse(person).status_code == 200
    assert error(other.parse(person)) == (403, "AllocationQuota.FreeTierOnly")


def test_quota__is_full_again_after_a_reset(api, server, person):
    for _ in range(2):
        api.parse(person)
    server.reset()
    server.change_options(free_parsing_images=1)
    assert api.parse(person).status_code == 200
    assert error(api.parse(person)) == (403, "AllocationQuota.FreeTierOnly")


def test_try_on__needs_no_quota(api: Api, server, person, garment):
    server.change_options(free_parsing_images=0)
    assert error(api.parse(person)) == (403, "AllocationQuota.FreeTierOnly")
    assert api.submit(person_image_url=person, top_garment_url=garment).status_code == 200
