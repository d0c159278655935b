"""The documented rules on what pictures show: which findings refuse one, and why, in words."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from .engine_protocol import Finding
from .errors import Problem, Refused

logger = logging.getLogger("outfitanyone_local.sandbox")

ENGINE_FAILED = "engine_failed"
REASONS = {
    "no_person": "The picture shows no person.",
    "several_people": "The picture shows more than one person.",
    "incomplete": "The person is not complete: head, hands and feet must be in the picture.",
    "seated": "The person does not stand upright with straight legs.",
    "side_view": "The person does not face the camera.",
    "person_small": "The person is too small in the picture.",
    "dark": "The picture is too dark or too bright.",
    "blurred": "The picture is blurred.",
    "hands_hidden": "A hand of the person is hidden.",
    "arms_crossed": "The arms of the person are crossed.",
    "body_hidden": "A bag or a held thing hides a part of the person or of the clothes.",
    "no_garment": "There is no garment on a plain background in the picture.",
    "several_garments": "The picture shows several separate pieces; one garment is needed.",
    "garment_cut_off": "The garment runs over the edge of the picture.",
    "faint": "The garment hardly differs from its background.",
    "worn": "The picture shows a person; a garment lying flat gives a better result.",
    "wrong_kind": "The garment is of another kind than the one asked for.",
    "garment_small": "The garment is too small in the picture.",
    "busy_background": "The background of the garment is not plain.",
    "hard_shadow": "The garment throws a hard shadow.",
    "folded": "The garment is folded or creased.",
    "garment_blurred": "The picture of the garment is blurred.",
    "garment_dark": "The picture of the garment is too dark.",
    ENGINE_FAILED: "The engine failed on this picture; the log of the sandbox says how.",
}
"""A sentence for each code that the engine's checks know, and for a failure of the engine."""


def judge(findings: Sequence[Finding], problem: Problem, *, is_lenient: bool) -> tuple[str, ...]:
    """Return the codes of the findings; raises ``Refused`` where one makes the picture invalid.

    The reason then speaks of the first such finding. Lenient rules never refuse.
    """
    ordered = sorted(findings, key=lambda finding: not finding.refuses)
    codes = tuple(dict.fromkeys(finding.code for finding in ordered))
    if is_lenient or not any(finding.refuses for finding in findings):
        return codes
    refused = Refused(problem.because(reason_for(codes[0]), *codes))
    logger.info("%s", refused)
    raise refused


def reason_for(code: str) -> str:
    """Return the sentence for a finding, also for one that a later engine brings."""
    return REASONS.get(code, f"The picture breaks a rule: {code.replace('_', ' ')}.")


@contextmanager
def refuse_failures(problem: Problem) -> Iterator[None]:
    """Turn any error of the engine into a documented refusal and a log entry.

    A want of memory says nothing about the picture and stays an error.
    """
    try:
        yield
    except Refused as refused:
        logger.info("%s", refused)
        raise
    except MemoryError:
        raise
    except Exception as error:
        logger.exception("The engine failed on a picture")
        raise Refused(problem.because(REASONS[ENGINE_FAILED], ENGINE_FAILED)) from error
