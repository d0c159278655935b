"""Parse the clothes in a picture of a person, and render try-on previews.

Functions take and return arrays. Pictures are RGB uint8, shape (height, width, 3)::

    from outfitanyone_local.engine import parse, try_on

    upper, lower = parse(person, clothes_types=["upper", "lower"])
    picture = try_on(person, top=shirt)

``parsing`` turns a picture of a person into a ``Figure``, ``garments`` segments a flat-lay
garment and finds its outline, and ``dressing`` renders the garments onto the figure.
``arrays`` and ``figure`` define the types they share.
"""

from .checks.findings import Finding, Severity
from .checks.garment import check_garment
from .checks.person import check_person
from .dressing.try_on import try_on
from .figure import Figure
from .garments.framing import garment_box
from .garments.garment import Garment, parse_garment
from .garments.kind_guess import KindGuess, guess_kind
from .garments.worn import cut_out_worn_garment
from .letterbox import fit_to
from .parsing.areas import Area, parse
from .parsing.pipeline import parse_figure
from .refusals import GarmentRefusal, GarmentRefused, PersonRefusal, PersonRefused

__all__ = [
    "Area",
    "Figure",
    "Finding",
    "Garment",
    "GarmentRefusal",
    "GarmentRefused",
    "KindGuess",
    "PersonRefusal",
    "PersonRefused",
    "Severity",
    "check_garment",
    "check_person",
    "cut_out_worn_garment",
    "fit_to",
    "garment_box",
    "guess_kind",
    "parse",
    "parse_figure",
    "parse_garment",
    "try_on",
]
