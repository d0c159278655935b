"""The vendor's models: their endpoints and usual run times."""

from __future__ import annotations

from dataclasses import dataclass

IMAGE_SYNTHESIS = "/api/v1/services/aigc/image2image/image-synthesis"
IMAGE_PROCESS = "/api/v1/services/vision/image-process/process"


@dataclass(frozen=True)
class RemoteModel:
    path: str
    run_seconds: float = 0.0
    """Usual run time of a task; 0 for a synchronous model."""
    refines: bool = False


MODELS = {
    "aitryon-plus": RemoteModel(IMAGE_SYNTHESIS, run_seconds=17.0),
    "aitryon": RemoteModel(IMAGE_SYNTHESIS, run_seconds=10.0),
    "aitryon-refiner": RemoteModel(IMAGE_SYNTHESIS, run_seconds=8.0, refines=True),
    "aitryon-parsing-v1": RemoteModel(IMAGE_PROCESS),
}
