"""Model photos and flat-lay garments that every shop may use: rendered or drawn, CC0.

``PROVENANCE.md`` beside this file says how they were made.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PICTURES = Path(__file__).parent / "pictures"


@dataclass(frozen=True)
class Sample:
    """A picture file and the title that a shop shows.

    ``kind`` is "top", "bottom" or "one_piece" for a garment, and empty for a model photo.
    """

    file_name: str
    title: str
    kind: str = ""

    @property
    def path(self) -> Path:
        return PICTURES / ("garments" if self.kind else "models") / self.file_name

    def read(self) -> bytes:
        """Return the bytes of the file, a JPEG."""
        return self.path.read_bytes()


MODELS = (
    Sample("model-11-woman-coral-tshirt-ecru-jeans.jpg", "Ines"),
    Sample("model-12-man-oat-tshirt-olive-trousers.jpg", "Jonas"),
    Sample("model-13-woman-plum-dress.jpg", "Amara"),
    Sample("model-15-woman-mint-tanktop-denim-skirt.jpg", "Leila"),
    Sample("model-16-man-burgundy-tshirt-stone-shorts.jpg", "Mio"),
)

GARMENTS = (
    Sample("tshirt-red.jpg", "Red T-shirt", "top"),
    Sample("tshirt-white-mountain-print.jpg", "White T-shirt with a mountain print", "top"),
    Sample("longsleeve-navy-stripes.jpg", "Striped longsleeve", "top"),
    Sample("shirt-lightblue.jpg", "Light blue shirt", "top"),
    Sample("sweater-mustard.jpg", "Mustard sweater", "top"),
    Sample("jeans-blue.jpg", "Blue jeans", "bottom"),
    Sample("chinos-beige.jpg", "Beige chinos", "bottom"),
    Sample("shorts-olive.jpg", "Olive shorts", "bottom"),
    Sample("skirt-green-plaid.jpg", "Green plaid skirt", "bottom"),
    Sample("dress-floral.jpg", "Floral dress", "one_piece"),
    Sample("dress-navy-dots.jpg", "Navy dress with dots", "one_piece"),
    Sample("jumpsuit-terracotta.jpg", "Terracotta jumpsuit", "one_piece"),
)
