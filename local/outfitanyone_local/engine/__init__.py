"""Find the clothes in a picture of a person, and dress the person in others.

Arrays in, arrays out; pictures are RGB uint8, shape (height, width, 3)::

    from outfitanyone_local.engine import parse, try_on

    upper, lower = parse(person, clothes_types=["upper", "lower"])
    picture = try_on(person, top=shirt)

``figure`` holds the words everything here shares. ``parsing`` goes from a picture of a
person to a figure, ``garments`` from a picture of a garment to its outline, and
``dressing`` from a figure and garments to the new picture.
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
