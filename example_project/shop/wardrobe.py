"""The contents of a new shop: twelve garments, five model photos and the looks to make."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django_outfitanyone.choices import GarmentKind

TOP, BOTTOM, ONE_PIECE = GarmentKind.TOP, GarmentKind.BOTTOM, GarmentKind.ONE_PIECE


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A product; ``picture`` is the file name of its sample garment."""

    picture: str
    kind: GarmentKind
    title: str
    price: Decimal
    description: str
    is_available: bool = True


PIECES = [
    Piece(
        picture="tshirt-red.jpg",
        kind=TOP,
        title="Poppy T-shirt",
        price=Decimal(24),
        description="A heavy cotton T-shirt in the red of a poppy field. Cut straight, with a "
        "narrow collar that stays where it is after fifty washes.",
    ),
    Piece(
        picture="tshirt-white-mountain-print.jpg",
        kind=TOP,
        title="Sunrise T-shirt",
        price=Decimal(29),
        description="The view from our first camping trip, screen-printed by hand on flecked "
        "organic cotton. Relaxed fit.",
    ),
    Piece(
        picture="longsleeve-navy-stripes.jpg",
        kind=TOP,
        title="Striped longsleeve",
        price=Decimal(39),
        description="Fisherman's stripes in navy on undyed cotton jersey. Boat-builders wear it "
        "loose; so should you.",
    ),
    Piece(
        picture="shirt-lightblue.jpg",
        kind=TOP,
        title="Oxford shirt",
        price=Decimal(55),
        description="A washed Oxford in the blue that goes with everything. Chest "
        "pocket, curved hem, buttons of real shell.",
    ),
    Piece(
        picture="sweater-mustard.jpg",
        kind=TOP,
        title="Lambswool sweater",
        price=Decimal(79),
        description="Spun from the first shearing and dyed in mustard yellow. Ribbed at collar, "
        "cuffs and hem, warm from October on.",
    ),
    Piece(
        picture="jeans-blue.jpg",
        kind=BOTTOM,
        title="Straight jeans",
        price=Decimal(79),
        description="Thirteen-ounce denim, straight from hip to hem and washed once, so that "
        "the rest of the story is yours to write.",
    ),
    Piece(
        picture="chinos-beige.jpg",
        kind=BOTTOM,
        title="Everyday chinos",
        price=Decimal(65),
        description="Brushed cotton twill with a little stretch and a regular leg. Made for "
        "desks and for the bicycle that takes you there.",
    ),
    Piece(
        picture="shorts-olive.jpg",
        kind=BOTTOM,
        title="Field shorts",
        price=Decimal(45),
        description="Turn-up shorts of ripstop cotton in olive, with pockets deep enough for a "
        "map and an apple.",
        is_available=False,
    ),
    Piece(
        picture="skirt-green-plaid.jpg",
        kind=BOTTOM,
        title="Plaid A-line skirt",
        price=Decimal(59),
        description="A wide skirt in a green check woven for us in the hills. Side zip, cotton "
        "lining, and room for long steps.",
    ),
    Piece(
        picture="dress-floral.jpg",
        kind=ONE_PIECE,
        title="Wildflower dress",
        price=Decimal(89),
        description="Poppies and cornflowers on airy viscose. V-neck, short sleeves and a tied "
        "waist that gives it its swing.",
    ),
    Piece(
        picture="dress-navy-dots.jpg",
        kind=ONE_PIECE,
        title="Polka-dot dress",
        price=Decimal(85),
        description="Sleeveless, navy and dotted: dressed up in a minute, comfortable for a day. "
        "Falls just over the knee.",
    ),
    Piece(
        picture="jumpsuit-terracotta.jpg",
        kind=ONE_PIECE,
        title="Terracotta jumpsuit",
        price=Decimal(99),
        description="One piece, two pockets, no decisions. Soft Tencel twill with a button "
        "placket and cropped legs.",
    ),
]

LOOKS = [
    ("Ines", ["Field shorts"]),
    ("Jonas", ["Straight jeans"]),
    ("Mio", ["Oxford shirt", "Field shorts"]),
    ("Amara", ["Terracotta jumpsuit"]),
    ("Ines", ["Everyday chinos"]),
    ("Amara", ["Lambswool sweater", "Everyday chinos"]),
    ("Mio", ["Sunrise T-shirt", "Straight jeans"]),
    ("Leila", ["Striped longsleeve", "Plaid A-line skirt"]),
    ("Amara", ["Polka-dot dress"]),
]
"""Person and garments of each look; the home page shows the last one first."""
