"""Rules “new garment → these photos”: what waits, and what a person decides about it."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from django_outfitanyone.choices import GarmentKind
from django_outfitanyone.jobs.engine_target import targets
from django_outfitanyone.models import Garment, ModelImage, OrderRule, TryOnResult
from tests.admin.forms import try_on_form_data
from tests.admin.matrix import cells_on, sent_by
from tests.admin.pages import address, estimate_on, hidden, text_of
from tests.factories import make_garment, make_model_image

pytestmark = pytest.mark.django_db


@pytest.fixture
def photos():
    return [make_model_image(name=name) for name in ("Anna", "Bea")]


@pytest.fixture
def rule(photos):
    make_garment(name="old")
    rule = OrderRule.objects.create(name="Season")
    rule.photos.set(photos)
    return rule


@pytest.fixture
def order(site):
    """Open the page for the rule, and press its button."""

    def order(rule, photos, **fields):
        page = site.get("tryonresult_add", rule=rule.pk)
        data = try_on_form_data([], photos, **fields)
        data |= {name: hidden(page, name) for name in ("garments", "rule", "batch")}
        return page, site.post("tryonresult_add", **data, _order=1)

    return order


class TestWaiting:
    def test_only_garments_added_after_the_rule_wait(self, rule):
        new = [make_garment() for _ in range(2)]

        assert list(rule.waiting()) == new

    def test_garments_count_however_they_are_added(self, rule):
        first = make_garment()
        columns = {
            field.attname: getattr(first, field.attname)
            for field in Garment._meta.concrete_fields
            if not field.primary_key
        }
        Garment.objects.bulk_create([Garment(**columns), Garment(**columns)])

        assert rule.waiting().count() == 3

    def test_rule_may_be_for_some_kinds_only(self, rule):
        rule.kinds = [GarmentKind.BOTTOM]
        make_garment()
        trousers = make_garment(GarmentKind.BOTTOM)

        assert list(rule.waiting()) == [trousers]

    def test_nothing_waits_while_the_rule_is_switched_off(self, rule):
        make_garment()
        rule.is_active = False

        assert not rule.waiting()

    def test_nothing_is_requested_without_a_person(self, rule, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            make_garment()

        assert not TryOnResult.objects.exists()

    def test_an_earlier_decision_is_never_taken_back(self, rule):
        first, second = make_garment(), make_garment()

        assert rule.decide([first.pk, second.pk], decided_by=None)
        assert not rule.decide([first.pk], decided_by=None)
        rule.refresh_from_db()
        assert not rule.waiting()

    def test_garments_that_were_not_shown_still_wait(self, rule):
        first, second, third = (make_garment() for _ in range(3))

        assert rule.decide([first.pk, third.pk], decided_by=None)
        rule.refresh_from_db()
        assert list(rule.waiting()) == [second, third]


class TestOrder:
    def test_page_has_garments_photos_and_engine_of_the_rule(self, site, rule):
        new = [make_garment(), make_garment()]
        make_model_image(name="Cleo")
        OrderRule.objects.update(engine="default/aitryon")

        page = site.get("tryonresult_add", rule=rule.pk)

        assert estimate_on(page).startswith("4 pictures; about CNY 0.8")
        assert list(cells_on(page)) == [f"cell-{garment.pk}" for garment in new]
        assert re.search(r'name="engine" value="default/aitryon"[^>]* checked', text_of(page))

    def test_ordered_garments_no_longer_wait(self, site, rule, photos, order):
        new = [make_garment(), make_garment()]

        order(rule, photos)

        rule.refresh_from_db()
        assert TryOnResult.objects.count() == 4
        assert not rule.waiting()
        assert (rule.after_garment, rule.decided_by.username) == (new[1].pk, "admin")
        later = make_garment()
        assert list(rule.waiting()) == [later]

    def test_order_that_is_refused_leaves_them_waiting(self, rule, photos, order, configure):
        configure(API_KEY="")
        make_garment()

        order(rule, photos)

        rule.refresh_from_db()
        assert rule.waiting().count() == 1
        assert not TryOnResult.objects.exists()

    def test_price_alone_decides_nothing(self, site, rule, photos):
        make_garment()
        page = site.get("tryonresult_add", rule=rule.pk)
        data = {**try_on_form_data([], photos, rule=rule.pk), **sent_by(page)}
        data["garments"] = hidden(page, "garments")

        page = site.post("tryonresult_add", **data, _summary=1)

        assert estimate_on(page).startswith("2 pictures;")
        assert rule.waiting().count() == 1

    def test_photos_that_are_no_longer_offered_are_left_out(self, site, rule, photos):
        make_garment()
        ModelImage.objects.filter(pk=photos[0].pk).update(is_active=False)

        assert estimate_on(site.get("tryonresult_add", rule=rule.pk)).startswith("1 picture;")

    @pytest.mark.parametrize("key", ["0", "99999", "x", "-1", "9" * 40])
    def test_unknown_rule_is_ignored(self, site, key):
        assert site.get("tryonresult_add", rule=key).status_code == 200
        garment, photo = make_garment(), make_model_image()
        data = try_on_form_data([garment], [photo], rule=key)
        assert site.post("tryonresult_add", **data, _order=1).status_code in (200, 302)

    def test_rule_needs_the_view_permission(self, site_with, rule):
        make_garment()
        site = site_with("add_tryonresult", "view_garment", "view_modelimage")

        assert hidden(site.get("tryonresult_add", rule=rule.pk), "garments") == ""


class TestAdmin:
    def test_new_rule_is_for_garments_added_from_now_on(self, site, photos):
        make_garment()
        data = {"name": "Season", "is_active": "on", "kinds": ["top", "one_piece"]}

        site.post("orderrule_add", **data, photos=[photo.pk for photo in photos], engine="")

        rule = OrderRule.objects.get()
        assert rule.kinds == ["top", "one_piece"]
        assert not rule.waiting()

    def test_list_and_page_show_what_waits(self, site, rule):
        new = make_garment(name="Brand new")

        assert re.search(r'class="field-waits">1<', text_of(site.get("orderrule_changelist")))
        page = text_of(site.get("orderrule_change", rule.pk))
        assert page.count("1 new garment waits.") == 1
        assert new.thumbnail.url in page
        assert f"?rule={rule.pk}" in page

    def test_left_out_garments_no_longer_wait(self, site, rule):
        first, second = make_garment(), make_garment()

        site.post("orderrule_leave_out", rule.pk, last=first.pk)

        rule.refresh_from_db()
        assert list(rule.waiting()) == [second]
        assert not TryOnResult.objects.exists()

    @pytest.mark.parametrize("last", ["", "x", "-1", "9" * 40])
    def test_odd_keys_leave_nothing_out(self, site, rule, last):
        make_garment()

        assert site.post("orderrule_leave_out", rule.pk, last=last).status_code == 302
        rule.refresh_from_db()
        assert rule.waiting().count() == 1

    def test_leaving_out_needs_permission_to_generate_and_to_change(self, site_with, rule):
        last = make_garment().pk
        for permissions, status in [
            (["change_orderrule"], 403),
            (["generate"], 403),
            (["change_orderrule", "generate"], 302),
        ]:
            response = site_with(*permissions).post("orderrule_leave_out", rule.pk, last=last)
            assert response.status_code == status

    def test_who_may_not_generate_has_no_buttons(self, site_with, rule):
        make_garment()
        site = site_with("view_orderrule", "change_orderrule", "view_garment")

        page = text_of(site.get("orderrule_change", rule.pk))

        assert "1 new garment waits." in page
        assert "?rule=" not in page
        assert "leave-out" not in page


def first_page(site):
    return text_of(site.client.get(reverse("admin:app_list", args=["django_outfitanyone"])))


class TestPrice:
    @pytest.fixture(autouse=True)
    def _budget(self, configure):
        configure(BUDGET_PER_DAY="10")

    def test_is_on_the_page_of_the_rule(self, site, rule):
        make_garment()
        page = text_of(site.get("orderrule_change", rule.pk))

        assert re.search(r"2 pictures; about CNY [0-9.]+; about", page)
        assert "of the budget is left now" in page

    def test_is_the_same_where_the_order_is_approved(self, site, rule):
        make_garment()
        shown = re.search(
            r'id="outfit-waiting-price">([^<]+)<', text_of(site.get("orderrule_change", rule.pk))
        )

        assert estimate_on(site.get("tryonresult_add", rule=rule.pk)) == shown[1]

    def test_is_on_the_first_page_with_a_link_to_the_approval(self, site, rule):
        make_garment()
        page = first_page(site)
        link = f'href="{address("tryonresult_add")}?rule={rule.pk}"'

        assert f"<a {link}>Season: 1 new garment waits for your order: 2 pictures; about" in page

    def test_is_not_told_without_the_permission(self, site_with_only, rule):
        make_garment()
        rights = ("add_tryonresult", "view_tryonresult", "generate", "view_orderrule")
        session = site_with_only(*rights, "view_garment", "view_modelimage")
        page = text_of(session.get("orderrule_change", rule.pk))

        assert "2 pictures; about" in page
        assert "CNY" not in page

    def test_of_a_free_engine_is_none(self, site, rule, configure, settings):
        own = settings.OUTFITANYONE["ENGINES"]["default"]
        free = {"BACKEND": "tests.toy_engine.PreviewToy"}
        configure(ENGINES={"default": own, "free": free}, PARSER="free")
        rule.engine = next(str(one) for one in targets() if one.alias == "free")
        rule.save()
        make_garment()
        page = text_of(site.get("orderrule_change", rule.pk))

        assert "2 pictures; free" in page

    def test_says_so_without_a_usable_photo(self, site, rule):
        make_garment()
        ModelImage.objects.update(is_active=False)

        page = text_of(site.get("orderrule_change", rule.pk))
        assert "The rule has no usable model photo." in page

    def test_nothing_is_on_the_first_page_while_nothing_waits(self, site, rule):
        assert "waits for your order" not in first_page(site)
