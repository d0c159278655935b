"""The drawn people for measuring parsing: varied skin, clothes, poses and backgrounds."""

from __future__ import annotations

from drawing.figures import Bottom, Person, Top
from drawing.textures import bricks, checks, clutter, dots, gradient, plain, stripes

PALE, LIGHT, TAN, OLIVE, BROWN, DARK = (
    (242, 214, 198),
    (224, 178, 150),
    (205, 158, 118),
    (178, 134, 96),
    (132, 88, 62),
    (82, 54, 42),
)
"""Skin tones."""
BLACK, CHARCOAL, GREY, WHITE = (32, 32, 36), (62, 64, 70), (140, 142, 148), (240, 240, 238)
NAVY, BLUE, SKY, TEAL = (34, 42, 84), (50, 80, 150), (150, 185, 225), (30, 110, 110)
RED, WINE, PINK, ORANGE = (180, 35, 45), (100, 24, 48), (230, 150, 170), (215, 110, 45)
GREEN, MINT, MUSTARD, LILAC = (40, 110, 60), (160, 210, 180), (205, 160, 40), (170, 150, 200)
DENIM, KHAKI = (70, 95, 140), (160, 145, 100)
BLOND, GINGER, SILVER = (205, 175, 120), (150, 80, 40), (170, 170, 172)


def _top(cloth, **more):
    return Top(plain(cloth) if isinstance(cloth, tuple) else cloth, **more)


def _bottom(cloth, **more):
    return Bottom(plain(cloth) if isinstance(cloth, tuple) else cloth, **more)


def _skirt(cloth, **more):
    return _bottom(cloth, skirt=True, **{"hem": 0.70} | more)


def _dress(cloth, *, sleeve=0.6, hem=0.72, flare=0.03, **more):
    texture = plain(cloth) if isinstance(cloth, tuple) else cloth
    skirt = Bottom(texture, skirt=True, hem=hem, flare=flare)
    return Person(Top(texture, sleeve=sleeve), skirt, one_piece=True, **more)


PEOPLE = {
    # Skin tones, hair, builds
    "pale, short sleeves, jeans": Person(_top(TEAL), _bottom(DENIM), skin=PALE, hair=BLOND),
    "light, long hair": Person(_top(MUSTARD), _bottom(NAVY), skin=LIGHT, long_hair=True),
    "tan, wide": Person(_top(SKY), _bottom(CHARCOAL), skin=TAN, build=1.22),
    "olive, narrow": Person(_top(WINE), _bottom(GREY), skin=OLIVE, build=0.86),
    "brown": Person(_top(MINT), _bottom(NAVY), skin=BROWN, hair=BLACK),
    "dark, white shirt": Person(_top(WHITE), _bottom(BLUE), skin=DARK, hair=BLACK),
    "bald": Person(_top(GREEN), _bottom(BLACK), skin=BROWN, hair=None),
    "silver hair": Person(_top(BLUE), _bottom(KHAKI), skin=PALE, hair=SILVER),
    # Sizes and places
    "small in the picture": Person(_top(RED), _bottom(DENIM), height=0.5),
    "fills the picture": Person(_top(LILAC), _bottom(CHARCOAL), height=0.95),
    "on the left": Person(_top(ORANGE), _bottom(NAVY), middle=(0.34, 0.52)),
    "large picture": Person(_top(NAVY), _bottom(KHAKI), size=(1080, 1440)),
    "wide picture": Person(_top(PINK), _bottom(BLUE), size=(1000, 800)),
    "arms out": Person(_top(GREEN), _bottom(GREY), spread=32),
    "arms down": Person(_top(RED), _bottom(BLACK), spread=9),
    "feet apart": Person(_top(SKY), _bottom(NAVY), stance=0.10),
    # Sleeves and necklines
    "no sleeves": Person(_top(CHARCOAL, sleeve=0), _bottom(DENIM)),
    "elbow sleeves": Person(_top(WHITE, sleeve=1.0), _bottom(NAVY), skin=TAN),
    "long sleeves": Person(_top(WINE, sleeve=1.95), _bottom(GREY)),
    "deep neckline": Person(_top(BLUE, neckline=0.045), _bottom(BLACK), skin=BROWN),
    "short top": Person(_top(ORANGE, hem=0.475), _bottom(DENIM)),
    "long top": Person(_top(MINT, hem=0.60), _bottom(CHARCOAL)),
    # Bottoms
    "shorts": Person(_top(NAVY), _bottom(KHAKI, hem=0.66)),
    "knee-length, dark skin": Person(_top(MUSTARD), _bottom(BLACK, hem=0.75), skin=DARK),
    "cropped": Person(_top(RED, sleeve=1.9), _bottom(DENIM, hem=0.86), skin=PALE),
    "straight skirt": Person(_top(WHITE), _skirt(CHARCOAL, flare=0.0)),
    "wide skirt": Person(_top(PINK), _skirt(GREEN, hem=0.74, flare=0.07), skin=OLIVE),
    "long skirt": Person(_top(SKY, sleeve=1.9), _skirt(WINE, hem=0.9, flare=0.05)),
    # Patterns
    "striped top": Person(_top(stripes(WHITE, NAVY)), _bottom(DENIM)),
    "checked top": Person(_top(checks(RED, BLACK), sleeve=1.9), _bottom(KHAKI)),
    "dotted skirt": Person(_top(BLACK), _skirt(dots(WHITE, RED, BLUE))),
    # One colour above and below
    "all black, skirt": Person(_top(BLACK), _skirt(BLACK)),
    "all navy, shorts": Person(_top(NAVY), _bottom(NAVY, hem=0.66), skin=TAN),
    "all grey, trousers": Person(_top(GREY, sleeve=1.9), _bottom(GREY), skin=LIGHT),
    "all black, trousers": Person(_top(BLACK), _bottom(BLACK), skin=PALE),
    "all white, trousers": Person(_top(WHITE), _bottom(WHITE), skin=BROWN),
    # Backgrounds
    "brick wall": Person(_top(SKY), _bottom(NAVY), background=bricks()),
    "room": Person(_top(RED), _bottom(DENIM), background=clutter()),
    "another room": Person(_top(WHITE), _skirt(BLACK), background=clutter(seed=9), skin=DARK),
    "dusk": Person(_top(MUSTARD), _bottom(CHARCOAL), background=gradient(NAVY, GREY)),
    "garden": Person(
        _top(BLUE), _bottom(KHAKI, hem=0.66), background=gradient((170, 200, 230), GREEN)
    ),
    # One piece
    "dress": _dress(TEAL),
    "sleeveless dress": _dress(RED, sleeve=0, skin=BROWN, hair=BLACK),
    "long dress": _dress(WINE, hem=0.9, flare=0.06, long_hair=True),
    "short dress": _dress(MUSTARD, hem=0.62, skin=DARK),
    "dotted dress": _dress(dots(NAVY, WHITE), skin=PALE, hair=GINGER),
    "striped dress": _dress(stripes(WHITE, BLUE), skin=OLIVE),
    "black dress, long sleeves": _dress(BLACK, sleeve=1.95, hem=0.76),
    "dress before bricks": _dress(GREEN, background=bricks(), skin=TAN),
}
