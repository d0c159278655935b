"""Model photos and garments for a shop that has no pictures of its own yet.

They come from ``outfitanyone-local``. Garments are added without a product, so that the
shop's catalogue shows nothing that it does not sell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from django.utils.translation import gettext as _

from django_outfitanyone.engines import local
from django_outfitanyone.exceptions import RequestRefused
from django_outfitanyone.models import Garment, ModelImage
from django_outfitanyone.models.picture import StoredPicture
from django_outfitanyone.pictures import images

if TYPE_CHECKING:
    from outfitanyone_local.samples import Sample

Row = TypeVar("Row", bound=StoredPicture)


def is_available() -> bool:
    """Whether the distribution that holds the pictures is installed."""
    return local.is_installed()


def add_model_photos() -> list[ModelImage]:
    """Add the sample photos that are missing and return them; raise ``RequestRefused``
    if ``outfitanyone-local`` is not installed.
    """
    _require_samples()
    return _add(local.sample_models(), ModelImage, lambda sample: ModelImage(name=sample.title))


def add_garments() -> list[Garment]:
    """Add the sample garments that are missing and return them; raise ``RequestRefused``
    if ``outfitanyone-local`` is not installed.
    """
    _require_samples()
    return _add(
        local.sample_garments(),
        Garment,
        lambda sample: Garment(name=sample.title, kind=sample.kind),
    )


def _require_samples() -> None:
    if not is_available():
        raise RequestRefused(
            _("The sample pictures are not installed. Run: %(command)s")
            % {"command": local.INSTALL},
            code="SamplesMissing",
        )


def _add(samples: Iterable[Sample], model: type[Row], row_of: Callable[[Sample], Row]) -> list[Row]:
    """Store the samples whose picture no row has."""
    pictures = [(sample, images.prepare(sample.read())) for sample in samples]
    hashes = [picture.sha256 for _sample, picture in pictures]
    known = set(model._default_manager.filter(sha256__in=hashes).values_list("sha256", flat=True))
    added = []
    for sample, picture in pictures:
        if picture.sha256 not in known:
            row = row_of(sample)
            row.image.save(sample.file_name, images.PreparedFile(picture), save=True)
            added.append(row)
    return added
