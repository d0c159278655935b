"""The remote models and where each is called."""

from __future__ import annotations

from dataclasses import dataclass

IMAGE_SYNTHESIS = "/api/v1/services/aigc/image2image/image-synthesis"
IMAGE_PROCESS = "/api/v1/services/vision/image-process/process"


@dataclass(frozen=True)
class Model:
    path: str
    run_seconds: float = 0.0
    """How long a task usually runs; 0 for a model that answers at once."""
    refines: bool = False


MODELS = {
    "aitryon-plus": Model(IMAGE_SYNTHESIS, run_seconds=17.0),
    "aitryon": Model(IMAGE_SYNTHESIS, run_seconds=10.0),
    "aitryon-refiner": Model(IMAGE_SYNTHESIS, run_seconds=8.0, refines=True),
    "aitryon-parsing-v1": Model(IMAGE_PROCESS),
}
