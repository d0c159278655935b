"""The picture guide where pictures are uploaded."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.contrib import admin
from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms import Media

from django_outfitanyone.admin import GarmentInline, ModelImageAdminMixin
from django_outfitanyone.admin.django_classes import ModelAdmin
from django_outfitanyone.models import ModelImage, Product
from django_outfitanyone.picture_guide import GARMENTS, PEOPLE
from tests.admin.essentials import GUIDE
from tests.admin.pages import text_of
from tests.factories import make_garment, make_model_image, make_product

pytestmark = pytest.mark.django_db

TEMPLATE = "admin/django_outfitanyone/includes/picture_guide.html"
each_form = pytest.mark.parametrize(
    ("model", "guide", "make_row"),
    [
        pytest.param("modelimage", PEOPLE, make_model_image, id="model photo"),
        pytest.param("garment", GARMENTS, make_garment, id="garment"),
    ],
)


def guides_on(response):
    """Return the HTML of each picture guide in a page."""
    return re.findall(rf"(?s){GUIDE}.*?</details>", text_of(response))


@each_form
def test_add_page__shows_the_open_guide_with_every_text(site, model, guide, make_row):
    (html,) = guides_on(site.get(f"{model}_add"))

    assert html.startswith(f"{GUIDE} open>")
    shown = unescape(html)
    answers = [text for answer in guide.answers for text in (answer.question, answer.text)]
    captions = [example.caption for example in guide.examples]
    for text in (guide.title, *(rule.text for rule in guide.rules), *answers, *captions):
        assert str(text) in shown


@each_form
def test_change_page__shows_the_guide_closed(site, model, guide, make_row):
    (html,) = guides_on(site.get(f"{model}_change", make_row().pk))

    assert html.startswith(f"{GUIDE}>")


@each_form
def test_example__says_in_words_whether_it_works_and_what_it_shows(site, model, guide, make_row):
    html = unescape(guides_on(site.get(f"{model}_add"))[0])
    _before, good, bad = re.split(r'<div class="outfit-guide-pictures">', html)

    for part, heading, mark, examples in (
        (good, "These pictures work", "✓", guide.good),
        (bad, "These pictures do not work well", "✕", guide.bad),
    ):
        name = re.search(r'<p id="([\w-]+)">([^<]+)</p>', part)
        assert name[2] == heading
        assert f'aria-labelledby="{name[1]}"' in part
        assert part.count(f'aria-hidden="true">{mark}<') == len(examples)
        for example in examples:
            assert f'src="{staticfiles_storage.url(example.path)}" alt="{example.alt}"' in part


@each_form
def test_field__has_the_short_form_and_a_link_into_the_guide(site, model, guide, make_row):
    page = text_of(site.get(f"{model}_add"))

    assert f'{guide.summary} <a href="#{guide.anchor}">{guide.title}</a>' in page
    # browsers open a <details> for a link to something inside it
    assert f'id="{guide.anchor}"' in guides_on(site.get(f"{model}_add"))[0].partition(">")[2]


@each_form
def test_guide__follows_the_field_of_the_picture(site, model, guide, make_row):
    page = text_of(site.get(f"{model}_add"))

    assert page.index('name="image"') < page.index(GUIDE) < page.index("field-created_at")


@each_form
def test_guide__stays_open_where_an_upload_was_refused(site, model, guide, make_row):
    response = site.post(f"{model}_add", name="Anna")

    assert response.status_code == 200
    assert guides_on(response)[0].startswith(f"{GUIDE} open>")


@each_form
def test_guide__is_left_out_for_users_who_may_only_view(site_with, model, guide, make_row):
    response = site_with(f"view_{model}").get(f"{model}_change", make_row().pk)

    assert response.status_code == 200
    assert guides_on(response) == []


def test_inline__shows_the_guide_once_whatever_the_number_of_garments(site):
    product = make_product()
    for _ in range(2):
        make_garment(product=product)

    for response in (site.get("product_change", product.pk), site.get("product_add")):
        (html,) = guides_on(response)
        assert html.startswith(f"{GUIDE}>")
        assert f'id="{GARMENTS.anchor}"' in html


def test_inline__is_without_guide_for_users_who_may_only_view(site_with):
    product = make_garment().product
    response = site_with("view_product", "view_garment").get("product_change", product.pk)

    assert "outfit_garments-group" in text_of(response)
    assert guides_on(response) == []


def test_inline__keeps_the_template_of_a_theme():
    class ThemedInline(GarmentInline):
        template = "theme/stacked.html"

    inline = ThemedInline(Product, admin.site)

    assert inline.forms_template == "theme/stacked.html"
    assert GarmentInline(Product, admin.site).forms_template == admin.StackedInline.template


def test_guide__follows_the_picture_in_a_shops_own_fieldsets(rf, admin_user):
    class ShopAdmin(ModelImageAdminMixin, ModelAdmin):
        fields = None
        fieldsets = [("Person", {"fields": ["name"]}), ("Photo", {"fields": [("image", "name")]})]

    request = rf.get("/")
    request.user = admin_user
    (_, first), (_, second) = ShopAdmin(ModelImage, admin.site).get_fieldsets(request)

    assert list(first["fields"]) == ["name"]
    assert list(second["fields"]) == [("image", "name"), "picture_guide"]


@pytest.mark.parametrize("page", ["modelimage_add", "garment_add", "product_add"])
def test_guide__can_be_replaced_by_the_shop(site, settings, page):
    (engine,) = settings.TEMPLATES
    loaders = [
        ("django.template.loaders.locmem.Loader", {TEMPLATE: "<p>Ask Kim: {{ guide.title }}</p>"}),
        "django.template.loaders.app_directories.Loader",
    ]
    options = {**engine["OPTIONS"], "loaders": loaders}
    settings.TEMPLATES = [{**engine, "APP_DIRS": False, "OPTIONS": options}]

    assert text_of(site.get(page)).count("<p>Ask Kim: How to take good ") == 1


@pytest.mark.parametrize("page", ["modelimage_add", "garment_add", "product_add"])
def test_guide__needs_no_inline_style_or_script(site, page):
    response = site.get(page)
    (html,) = guides_on(response)

    assert not re.search(r"<(?:style|script)|\s(?:style|on\w+)=", html)
    media = response.context["media"]
    assert isinstance(media, Media)
    assert "django_outfitanyone/admin/admin.css" in str(media)
