"""A parse of picture contents that finished or open parses know already."""

from __future__ import annotations

import pytest

from django_outfitanyone.actions import (
    cancel,
    correct_hotspot,
    parse_clothes,
)
from django_outfitanyone.choices import Status
from django_outfitanyone.models import Account, ClothesParse
from tests.factories import make_model_image
from tests.work import step, work
from tests.worker.photos import boxes, same_photos

pytestmark = pytest.mark.django_db


class TestDuplicate:
    """Two model photos with the same contents."""

    def test_is_free(self, remote):
        first, second = same_photos(2)
        work(parse_clothes(first))
        parse = parse_clothes(second)
        work(parse)

        assert remote.stats["parses"] == 1
        assert (parse.status, parse.cost, parse.is_reused) == (Status.SUCCEEDED, 0, True)
        assert not first.clothesparses.get().is_reused

    def test_one_half_of_a_finished_parse_is_free(self, remote):
        first, second = same_photos(2)
        work(parse_clothes(first, ["upper", "lower"]))
        work(parse_clothes(second, ["upper"]))

        assert remote.stats["parses"] == 1

    @pytest.mark.parametrize("count", [1, 2])
    def test_two_finished_halves_serve_both(self, remote, count):
        photos = same_photos(count)
        first, second = photos[0], photos[-1]
        work(parse_clothes(first, ["upper"]), parse_clothes(first, ["lower"]))
        both = parse_clothes(second, ["upper", "lower"])
        work(both)

        assert remote.stats["parses"] == 2
        assert (both.status, both.cost, both.is_reused) == (Status.SUCCEEDED, 0, True)
        assert [area["clothes_type"] for area in both.remote_answer["areas"]] == ["upper", "lower"]
        assert set(boxes(second)) == {"upper", "lower"}

    def test_waits_for_two_open_halves(self, remote):
        photo = make_model_image()
        parses = [parse_clothes(photo, types) for types in (["upper"], ["lower"])]
        both = parse_clothes(photo, ["upper", "lower"])
        step(both)
        assert both.status == Status.QUEUED
        while parses[0].is_open:
            step(parses[0])
        step(both)
        assert both.status == Status.QUEUED
        work(parses[1], both)

        assert remote.stats["parses"] == 2
        assert both.is_reused

    def test_waits_for_no_open_half_if_the_other_one_is_not_known(self, remote):
        photo = make_model_image()
        parse_clothes(photo, ["upper"])
        both = parse_clothes(photo, ["upper", "lower"])
        step(both)

        assert both.status == Status.COLLECTING

    def test_half_that_was_not_found_is_known(self, remote, engine):
        engine.worn = {"upper"}
        photo = make_model_image()
        work(parse_clothes(photo, ["upper"]), parse_clothes(photo, ["lower"]))
        work(parse_clothes(photo, ["upper", "lower"]))

        assert remote.stats["parses"] == 2
        assert set(boxes(photo)) == {"upper"}

    def test_correction_by_a_person_stays_when_known_halves_are_put_together(self, remote):
        photo = make_model_image()
        work(parse_clothes(photo, ["upper"]), parse_clothes(photo, ["lower"]))
        spot = photo.hotspots.get(clothes_type="upper")
        spot.x1 += 7
        correct_hotspot(spot)
        work(parse_clothes(photo, ["upper", "lower"]))

        assert boxes(photo)["upper"] == spot.box
        assert photo.hotspots.count() == 2

    def test_more_than_the_finished_parse_covers_is_parsed(self, remote):
        first, second = same_photos(2)
        work(parse_clothes(first, ["upper"]))
        work(parse_clothes(second, ["upper", "lower"]))

        assert remote.stats["parses"] == 2

    def test_waits_for_an_open_parse(self, remote):
        parses = [parse_clothes(photo) for photo in same_photos(3)]
        step(parses[1])
        assert parses[1].status == Status.QUEUED
        work(*parses)

        assert remote.stats["parses"] == 1
        assert all(len(boxes(parse.picture)) == 2 for parse in parses)

    def test_is_parsed_when_the_first_parse_was_canceled(self, remote):
        first, second = map(parse_clothes, same_photos(2))
        cancel(first)
        work(second)

        assert second.status == Status.SUCCEEDED
        assert second.cost > 0

    def test_waits_no_longer_when_the_first_parse_keeps_failing(self, remote):
        first, second = map(parse_clothes, same_photos(2))
        ClothesParse.objects.filter(pk=first.pk).update(attempts=1)
        step(second)
        assert second.status == Status.QUEUED

        ClothesParse.objects.filter(pk=first.pk).update(attempts=4)
        step(second)
        assert second.status == Status.COLLECTING

    def test_again_is_paid_for_again(self, remote):
        first, second = same_photos(2)
        work(parse_clothes(first))
        work(parse_clothes(second, again=True))

        assert remote.stats["parses"] == 2

    def test_picture_without_clothes_is_not_parsed_again(self, remote, engine):
        engine.worn = set()
        first, second = same_photos(2)
        parse_clothes(first)
        work()
        parse_clothes(second)
        work()

        assert remote.stats["parses"] == 2  # two pieces, then a dress
        assert ClothesParse.objects.of(second).count() == 2

    def test_parse_of_another_account_is_not_reused(self, remote):
        other = Account.objects.create(name="other")
        first, second = same_photos(2)
        work(parse_clothes(first))
        ClothesParse.objects.update(account=other)
        work(parse_clothes(second))

        assert remote.stats["parses"] == 2
