"""The page “Export pictures” and its downloads."""

from __future__ import annotations

import io
import zipfile

import pytest

from django_outfitanyone.choices import Review
from tests.admin.pages import errors_on, hidden, text_of
from tests.factories import make_try_on

pytestmark = pytest.mark.django_db


def approved():
    return make_try_on(review=Review.APPROVED)


def content(response):
    data = b"".join(response.streaming_content)
    response.close()
    return data


def test_action__opens_the_page_with_the_selected_pictures(site):
    first, second = approved(), approved()
    redirect = site.select("tryonresult", "export", [first, second])
    response = site.client.get(redirect["Location"])

    assert first.thumbnail.url in text_of(response)
    assert ">Download 2 pictures</button>" in text_of(response)
    assert hidden(response, "results") == f"{first.pk},{second.pk}"


def test_action__limits_the_number_of_pictures(site, messages_of, monkeypatch):
    monkeypatch.setattr("django_outfitanyone.admin.export_page.MAX_PICTURES", 1)
    response = site.select("tryonresult", "export", [approved(), approved()])

    assert "at most 1" in messages_of(response)[0]


def test_download__one_picture_is_a_file(site):
    try_on = approved()
    response = site.post("tryonresult_export", results=str(try_on.pk))

    assert response["Content-Type"] == "image/jpeg"
    assert f'filename="try-on-{try_on.pk}.jpg"' in response["Content-Disposition"]
    assert b"trainedAlgorithmicMedia<" in content(response)


@pytest.mark.parametrize("in_memory", [20_000_000, 1])
def test_download__several_pictures_are_an_archive(site, configure, monkeypatch, in_memory):
    configure(AIGC_PRODUCER="Shop")
    monkeypatch.setattr("django_outfitanyone.admin.export_page._IN_MEMORY", in_memory)
    rows = [approved(), approved()]
    response = site.post(
        "tryonresult_export", results=",".join(str(row.pk) for row in rows), aigc="on", label="on"
    )

    with zipfile.ZipFile(io.BytesIO(content(response))) as archive:
        assert sorted(archive.namelist()) == sorted(
            f"try-on-{row.pk}-aigc-label.jpg" for row in rows
        )
        assert all(b"TC260:AIGC" in archive.read(name) for name in archive.namelist())


def test_download__missing_producer_is_an_error_of_the_form(site):
    response = site.post("tryonresult_export", results=str(approved().pk), aigc="on")

    assert "AIGC_PRODUCER" in errors_on(response)[0]


def test_download__missing_file_is_an_error_of_the_form(site):
    rows = [approved(), approved()]
    rows[1].image.storage.delete(rows[1].image.name)
    response = site.post("tryonresult_export", results=",".join(str(row.pk) for row in rows))

    assert "is missing from the storage" in errors_on(response)[0]


def test_page__explains_why_a_picture_cannot_be_exported(site):
    try_on = make_try_on(review=Review.REJECTED)
    page = text_of(site.get("tryonresult_export", results=str(try_on.pk)))

    assert "None of the selected pictures can be exported." in page
    assert "A rejected picture cannot be exported." in page
    assert 'name="aigc"' not in page


def test_download__rejected_picture_is_never_sent(site):
    rejected = make_try_on(review=Review.REJECTED)
    response = site.post("tryonresult_export", results=str(rejected.pk))

    assert response["Content-Type"].startswith("text/html")


def test_page_of_a_picture__offers_the_export_of_approved_ones(site):
    link = f"export/?results={approved().pk}"
    page = text_of(site.get("tryonresult_change", int(link.rpartition("=")[2])))

    assert link in page
    assert "export/?results=" not in text_of(site.get("tryonresult_change", make_try_on().pk))


def test_page__needs_the_permission_to_view_try_ons(site_with):
    assert site_with("add_tryonresult").get("tryonresult_export").status_code == 403
    assert site_with("view_tryonresult").get("tryonresult_export").status_code == 200
