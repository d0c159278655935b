from __future__ import annotations

import pytest

from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.intake import lists
from django_outfitanyone.intake.lists import ListedPicture, read_list


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_list__is_read_as_spreadsheets_save_it(delimiter, encoding):
    rows = [["File", "SKU", "Name"], ["a.jpg", "TS-1", "Größe"], ["", "x", "y"]]
    text = "\r\n".join(map(delimiter.join, rows))

    assert read_list(text.encode(encoding)) == [
        ListedPicture("a.jpg", is_url=False, details={"sku": "TS-1", "name": "Größe"})
    ]


@pytest.mark.parametrize(
    ("word", "kind"),
    [("top", "top"), ("Dress or jumpsuit", "one_piece"), ("Jeans", "bottom"), ("car", None)],
)
def test_kind__is_a_value_a_label_or_a_usual_word(word, kind):
    (listed,) = read_list(f"file,kind\na.jpg,{word}\n".encode())

    assert listed.details.get("kind") == kind


def test_address__is_told_from_a_file():
    lines = read_list(b"url\nhttps://shop.test/a.jpg\nfile:///etc/passwd\n")

    assert [(one.reference, one.is_url) for one in lines] == [
        ("https://shop.test/a.jpg", True),
        ("etc/passwd", False),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "must name its columns"),
        (b"kind,name\ntop,a\n", "must name its columns"),
        (b"file\na\0.jpg\n", "invalid characters"),
        (b"file\n" + b"a.jpg\n" * 5, "more than 3 lines"),
        (b"file\n" + b"x" * 200_000, "not a valid CSV file"),
        (b"file\n" + b"x" * 1_000_000, "larger than 1 MB"),
    ],
)
def test_list_that_cannot_be_read__is_refused_with_the_reason(data, reason, monkeypatch):
    monkeypatch.setattr(lists, "MAX_LINES", 3)

    with pytest.raises(RequestRefused, match=reason):
        read_list(data)
