"""Errors for pictures that the engine cannot use."""

from __future__ import annotations

from enum import Enum


class PersonRefusal(Enum):
    """Why a picture of a person cannot be used; the value is the message."""

    NO_PERSON = "The picture shows no person."
    SEVERAL_PEOPLE = "The picture shows more than one person."
    INCOMPLETE = "The person is not complete: head, hands and feet must be in the picture."
    SEATED = "The person does not stand upright with straight legs."
    SIDE_VIEW = "The person does not face the camera."
    TOO_SMALL = "The person is too small in the picture."
    DARK = "The person is badly lit: too dark or too bright."
    BLURRED = "The picture is blurred."
    ARMS_CROSSED = "The arms are crossed in front of the body."
    HANDS_HIDDEN = "The hands are hidden."
    BODY_HIDDEN = "Something hides part of the person or the clothes."


class PersonRefused(ValueError):
    """Raised unless a picture shows exactly one complete person, standing and facing the camera."""

    def __init__(self, reason: PersonRefusal, message: str = "") -> None:
        super().__init__(message or reason.value)
        self.reason = reason


class GarmentRefusal(Enum):
    """Why a garment picture cannot be used; the value is the message."""

    NO_GARMENT = "There is no garment on a plain background in the picture."
    SEVERAL_PIECES = "The picture shows several separate pieces; one garment is needed."
    CUT_OFF = "The garment runs over the edge of the picture."
    FAINT = "The garment hardly differs from its background."
    SHOWS_PERSON = "The picture shows a person; a garment lying flat is needed."
    WRONG_KIND = "The garment is of another kind than the one asked for."
    TOO_SMALL = "The picture is too small to show a garment."


class GarmentRefused(ValueError):
    """Raised when a garment picture cannot be used; ``reason`` and the message say why."""

    def __init__(self, reason: GarmentRefusal, message: str = "") -> None:
        super().__init__(message or reason.value)
        self.reason = reason
