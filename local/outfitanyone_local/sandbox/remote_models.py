"""The vendors' models: their engines, endpoints and usual run times."""

from __future__ import annotations

from dataclasses import dataclass

IMAGE_SYNTHESIS = "/api/v1/services/aigc/image2image/image-synthesis"
IMAGE_PROCESS = "/api/v1/services/vision/image-process/process"

IMAGE_GENERATION = "/api/v1/services/aigc/image-generation/generation"
OUTFIT_ANYONE = "outfit_anyone"
QWEN_IMAGE = "qwen_image"
FASHN = "fashn"
FLUX_VTO = "flux_vto"
P_IMAGE = "p_image"


@dataclass(frozen=True)
class RemoteModel:
    path: str = ""
    """Where DashScope takes requests for it."""
    run_seconds: float = 0.0
    """Usual run time of a task; 0 for a synchronous model."""
    refines: bool = False
    engine: str = OUTFIT_ANYONE


MODELS = {
    "aitryon-plus": RemoteModel(IMAGE_SYNTHESIS, run_seconds=17.0),
    "aitryon": RemoteModel(IMAGE_SYNTHESIS, run_seconds=10.0),
    "aitryon-refiner": RemoteModel(IMAGE_SYNTHESIS, run_seconds=8.0, refines=True),
    "aitryon-parsing-v1": RemoteModel(IMAGE_PROCESS),
    "qwen-image-3.0": RemoteModel(IMAGE_GENERATION, run_seconds=45.0, engine=QWEN_IMAGE),
    "qwen-image-3.0-pro": RemoteModel(IMAGE_GENERATION, run_seconds=45.0, engine=QWEN_IMAGE),
    "tryon-v1.6": RemoteModel(run_seconds=8.0, engine=FASHN),
    "vto-v2": RemoteModel(run_seconds=4.0, engine=FLUX_VTO),
    "vto-v1": RemoteModel(run_seconds=4.0, engine=FLUX_VTO),
    "p-image-try-on": RemoteModel(run_seconds=5.0, engine=P_IMAGE),
}
