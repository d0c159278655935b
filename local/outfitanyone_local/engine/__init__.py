"""Parse the clothes in a picture of a person, and render try-on previews.

Functions take and return arrays. Pictures are RGB uint8, shape (height, width, 3)::

    from outfitanyone_local.engine import parse, try_on

    upper, lower = parse(person, clothes_types=["upper", "lower"])
    picture = try_on(person, top=shirt)

``parsing`` turns a picture of a person into a ``Figure``, ``garments`` segments a flat-lay
garment and finds its outline, and ``dressing`` renders the garments onto the figure.
``arrays`` and ``figure`` define the types they share.
"""

from .dressing.try_on import try_on
from .figure import Figure
from .framing import fit_to
from .garments.cutout import GarmentRefused, Reason
from .parsing.areas import Area, parse
from .parsing.reading import read_figure
from .refusals import PersonRefused, Refusal

__all__ = [
    "Area",
    "Figure",
    "GarmentRefused",
    "PersonRefused",
    "Reason",
    "Refusal",
    "fit_to",
    "parse",
    "read_figure",
    "try_on",
]
