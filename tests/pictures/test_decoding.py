from __future__ import annotations

import pytest
from django.utils import translation

from django_outfitanyone.pictures.decoding import human_size


@pytest.mark.parametrize(
    ("count", "text", "german"),
    [
        (830, "830 bytes", "830 Bytes"),
        (4096, "4.0 KB", "4,0 KB"),
        (6_400_000, "6.1 MB", "6,1 MB"),
    ],
)
def test_human_size__is_in_the_language_of_the_reader(count, text, german):
    assert human_size(count) == text
    with translation.override("de"):
        assert human_size(count) == german
