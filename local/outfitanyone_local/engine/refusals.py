"""Errors for pictures that the engine cannot use."""

from __future__ import annotations

from enum import Enum


class Refusal(Enum):
    """Why a picture of a person cannot be used; the value is the message."""

    NOBODY = "The picture shows no person."
    SEVERAL = "The picture shows more than one person."
    INCOMPLETE = "The person is not complete: head, hands and feet must be in the picture."
    SEATED = "The person does not stand upright with straight legs."
    SIDE_VIEW = "The person does not face the camera."
    TOO_SMALL = "The person is too small in the picture."


class PersonRefused(ValueError):
    """Raised unless a picture shows exactly one complete person, standing and facing the camera."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason
