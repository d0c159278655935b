"""Which pictures of people and garments make good try-ons: the engine's rules, for people.

The one source of the guide in the admin, of the API's descriptions, of the command's help and
of ``docs/pictures.md``. The rules are those of OutfitAnyone's documentation.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
FOLDER = "django_outfitanyone/guide/"
"""Folder of the example pictures among the static files."""


@dataclass(frozen=True)
class Rule:
    """One thing that a picture needs; ``code`` names it for tests and for the shop's own code."""

    code: str
    text: Text


@dataclass(frozen=True)
class Example:
    """A picture that works or does not; ``caption`` says why, ``alt`` what it shows."""

    picture: str
    is_good: bool
    caption: Text
    alt: Text

    @property
    def path(self) -> str:
        """Path of the picture for ``{% static %}``."""
        return f"{FOLDER}{self.picture}.webp"


@dataclass(frozen=True)
class Answer:
    """The answer to a question that comes up while the pictures are taken."""

    code: str
    question: Text
    text: Text


@dataclass(frozen=True)
class PictureGuide:
    """What pictures of one kind need; ``summary`` is the short form, for help texts."""

    code: str
    title: Text
    summary: Text
    rules: tuple[Rule, ...]
    answers: tuple[Answer, ...]
    examples: tuple[Example, ...]

    @property
    def anchor(self) -> str:
        """Id of the guide's content in a page; a link to it opens the guide."""
        return f"outfit-guide-{self.code}"

    @property
    def good(self) -> list[Example]:
        return [example for example in self.examples if example.is_good]

    @property
    def bad(self) -> list[Example]:
        return [example for example in self.examples if not example.is_good]

    def __str__(self) -> str:
        """Return the summary and all rules as one text, in the current language."""
        return " ".join(str(text) for text in (self.summary, *(rule.text for rule in self.rules)))


def _good(picture: str, caption: Text, alt: Text) -> Example:
    return Example(picture, is_good=True, caption=caption, alt=alt)


def _bad(picture: str, caption: Text, alt: Text) -> Example:
    return Example(picture, is_good=False, caption=caption, alt=alt)


PEOPLE = PictureGuide(
    code="people",
    title=_("How to take good model photos"),
    summary=_(
        "One complete person from the front: well lit, sharp, hands visible, nothing in the way."
    ),
    rules=(
        Rule("one_person", _("Show exactly one person, complete from head to feet.")),
        Rule("front", _("Let the person stand upright and face the camera.")),
        Rule("light", _("Use bright, even light.")),
        Rule("sharp", _("Use a sharp photo with a high resolution.")),
        Rule("hands", _("Keep both hands visible.")),
        Rule("arms", _("Do not cross the arms; let them hang beside the body.")),
        Rule("nothing_held", _("Leave out bags, umbrellas and anything else that hides the body.")),
        Rule("fills_frame", _("Let the person fill most of the height of the photo.")),
        Rule(
            "clothes",
            _(
                "Choose simple, close-fitting clothes, such as a T-shirt and shorts. Avoid long "
                "dresses, wide sleeves and layers."
            ),
        ),
        Rule("anyone", _("People of any gender and skin colour work, from 6 years of age.")),
    ),
    answers=(
        Answer(
            "model_photos",
            _("No suitable model photo?"),
            _(
                "A starter set of model photos follows all these rules. The person who runs this "
                "site adds it with “manage.py outfitanyone_samples”."
            ),
        ),
    ),
    examples=(
        _good("person-good-1", _("Head to feet"), _("A woman stands upright, facing the camera.")),
        _good("person-good-2", _("Hands visible"), _("A man stands with both hands in view.")),
        _good("person-good-3", _("Simple clothes"), _("A woman wears a plain top and a skirt.")),
        _bad("person-several", _("Several people"), _("A woman and a man stand side by side.")),
        _bad("person-seated", _("Seated or turned"), _("A woman sits on a box, turned aside.")),
        _bad("person-half", _("Half the body"), _("A man is cut off at the hips.")),
        _bad("person-bag", _("Clothes hidden"), _("A large bag hides a woman’s clothes.")),
        _bad("person-dark", _("Too dark"), _("A man can hardly be seen in the dark.")),
        _bad("person-blurred", _("Blurred"), _("A woman is blurred by movement.")),
        _bad("person-small", _("Person too small"), _("A man stands far away in an empty room.")),
    ),
)

GARMENTS = PictureGuide(
    code="garments",
    title=_("How to take good garment pictures"),
    summary=_("One whole garment, lying flat and unfolded on a plain background."),
    rules=(
        Rule("one_garment", _("Show exactly one garment, complete and from the front.")),
        Rule("flat", _("Spread it flat, without folds or creases, with nothing on top of it.")),
        Rule("background", _("Use a plain, clean background of one colour.")),
        Rule("shadow", _("Use even light without hard shadows.")),
        Rule("fills_frame", _("Let the garment fill the picture.")),
        Rule("resolution", _("Use a large, sharp picture.")),
        Rule(
            "kinds",
            _(
                "Tops, bottoms, dresses and jumpsuits work. Add a suit as two garments: a top and "
                "a bottom."
            ),
        ),
        Rule("not_supported", _("Underwear, wedding dresses and special costumes do not work.")),
    ),
    answers=(
        Answer(
            "why_flat",
            _("Why lying flat?"),
            _(
                "A flat garment shows its cut, pattern and silhouette most clearly. So the try-on "
                "fits better and looks more real."
            ),
        ),
        Answer(
            "no_flat",
            _("No picture of it lying flat?"),
            _(
                "Spread the garment on a clean floor and photograph it from above, or on a wall "
                "and photograph it from the front. A front photo of the garment on a model or "
                "mannequin works too, if the whole garment is visible, smooth and uncovered."
            ),
        ),
        Answer(
            "poor_result",
            _("Poor result, few details?"),
            _(
                "Most often the garment picture is too small, folded or taken at an angle. Replace "
                "it with a large, complete picture from the front."
            ),
        ),
    ),
    examples=(
        _good("garment-good-1", _("Flat and spread"), _("A red T-shirt lies flat.")),
        _good("garment-good-2", _("Fills the picture"), _("Blue jeans lie flat.")),
        _good(
            "garment-good-3", _("Plain background"), _("A flowered dress lies on a light floor.")
        ),
        _bad("garment-several", _("Several garments"), _("A shirt and shorts lie side by side.")),
        _bad("garment-angle", _("At an angle"), _("A striped top looks distorted.")),
        _bad("garment-folded", _("Folded"), _("A folded T-shirt hides sleeves and hem.")),
        _bad("garment-creased", _("Creased"), _("A shirt is full of creases.")),
        _bad("garment-busy", _("Busy background"), _("Trousers lie on a colourful rug.")),
        _bad("garment-shadow", _("Hard shadow"), _("The photographer’s shadow falls on a jumper.")),
        _bad(
            "garment-small",
            _("Garment too small"),
            _("A small jumpsuit lies on a large empty floor."),
        ),
        _bad("garment-cut-off", _("Cut off"), _("Half of a T-shirt is outside the picture.")),
    ),
)

GUIDES = (PEOPLE, GARMENTS)
