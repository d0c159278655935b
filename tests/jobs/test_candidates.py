from __future__ import annotations

import pytest

from django_outfitanyone.choices import GarmentKind, Status
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.jobs.candidates import as_candidate
from django_outfitanyone.jobs.fingerprint import fingerprint_of
from django_outfitanyone.jobs.try_on import MAX_SEED, TryOnOptions, TryOnRequest, as_rows
from django_outfitanyone.models import Account
from tests.factories import make_garment, make_model_image, make_try_on

pytestmark = pytest.mark.django_db


class TestRows:
    @pytest.fixture
    def request_of_a_top(self):
        return TryOnRequest(make_model_image(), [make_garment()])

    def test_count_makes_a_row_for_each_candidate(self, request_of_a_top):
        other = TryOnRequest(make_model_image(), [make_garment(GarmentKind.BOTTOM)])
        rows = as_rows([request_of_a_top, other], TryOnOptions(count=3))

        assert [row.candidate for row in rows] == [1, 2, 3, 1, 2, 3]
        assert len({row.candidates for row in rows[:3]}) == 1
        assert len({row.candidates for row in rows}) == 2
        assert len({row.fingerprint for row in rows}) == 6
        assert all(row.seed is None for row in rows)

    def test_first_candidate_is_the_plain_request(self, request_of_a_top):
        (plain,) = as_rows([request_of_a_top], TryOnOptions())
        first, second = as_rows([request_of_a_top], TryOnOptions(count=2))

        assert first.fingerprint == plain.fingerprint
        assert second.fingerprint != plain.fingerprint
        assert first.candidates != plain.candidates

    def test_seeds_count_up(self, request_of_a_top):
        rows = as_rows([request_of_a_top], TryOnOptions(count=2, seed=40))
        (alone,) = as_rows([request_of_a_top], TryOnOptions(seed=41))

        assert [row.seed for row in rows] == [40, 41]
        assert alone.fingerprint == rows[1].fingerprint

    @pytest.mark.parametrize(
        ("options", "code"),
        [
            ({"count": 0}, "UnknownCount"),
            ({"count": 5}, "UnknownCount"),
            ({"seed": -1}, "UnknownSeed"),
            ({"seed": MAX_SEED + 1}, "UnknownSeed"),
        ],
    )
    def test_impossible_number_is_refused(self, request_of_a_top, options, code):
        with pytest.raises(RequestRefused) as refused:
            as_rows([request_of_a_top], TryOnOptions(**options))

        assert refused.value.code == code


class TestAsCandidate:
    def test_same_request_with_a_new_seed(self):
        result = make_try_on(keep="lower", resolution=1024, restore_face=False)
        row, other = as_candidate(result), as_candidate(result)

        assert row.pk is None
        assert (row.model_image, row.garments) == (result.model_image, result.garments)
        for name in ("keep", "remote_model", "resolution", "restore_face", "candidates"):
            assert getattr(row, name) == getattr(result, name)
        assert row.candidate == 2
        assert row.seed != other.seed
        assert row.fingerprint == fingerprint_of(row) != result.fingerprint

    def test_number_follows_the_last_one(self):
        result = make_try_on()
        make_try_on(candidates=result.candidates, candidate=3)

        assert as_candidate(result).candidate == 4

    @pytest.mark.parametrize(
        ("columns", "code"),
        [
            ({"status": Status.RUNNING}, "NotFinished"),
            ({"status": Status.FAILED}, "NotFinished"),
            ({"gender": "woman"}, "NotRepeatable"),
            ({"remote_model": "gone"}, "UnknownModel"),
        ],
    )
    def test_refused(self, columns, code):
        with pytest.raises(RequestRefused) as refused:
            as_candidate(make_try_on(**columns))

        assert refused.value.code == code

    @pytest.mark.parametrize("deleted", ["garment", "photo"])
    def test_deleted_input_is_refused(self, deleted):
        result = make_try_on(garments=[make_garment(), make_garment(GarmentKind.BOTTOM)])
        (result.model_image if deleted == "photo" else result.garments[0]).delete()
        result.refresh_from_db()
        with pytest.raises(RequestRefused) as refused:
            as_candidate(result)

        assert refused.value.code == "InputChanged"

    def test_kind_that_the_engine_no_longer_wears_is_refused(self):
        result = make_try_on(garments=[make_garment(), make_garment(GarmentKind.SHOES)])
        with pytest.raises(RequestRefused) as refused:
            as_candidate(result)

        assert refused.value.code == "KindNotWorn"


def test_candidate__stays_with_the_engine_of_its_result(settings):
    toy = {"BACKEND": "tests.toy_engine.ToyEngine", "API_KEY": "k"}
    engines = {**settings.OUTFITANYONE["ENGINES"], "toy": toy}
    settings.OUTFITANYONE = {**settings.OUTFITANYONE, "ENGINES": engines}
    result = make_try_on(account=Account.of("toy"), remote_model="toy-2")

    candidate = as_candidate(result)

    assert (candidate.account_id, candidate.remote_model) == ("toy", "toy-2")
