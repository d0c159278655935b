"""Array types that the engine's modules share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

RGB = npt.NDArray[np.uint8]
"""Picture, shape (height, width, 3), 0 to 255."""
Mask = npt.NDArray[np.bool_]
"""Shape (height, width)."""
SoftMask = npt.NDArray[np.float32]
"""Shape (height, width), 0 to 1."""
Plane = npt.NDArray[np.float32]
"""Shape (height, width) or (height, width, channels), any range."""
Planes = npt.NDArray[np.float32]
"""Planes of one size, stacked along the first axis."""
Points = npt.NDArray[np.float32]
"""Shape (..., 2): x and y in pixels."""


def check_picture(image: RGB) -> None:
    """Raise ValueError unless the array is an RGB uint8 picture."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        raise ValueError(f"Expected RGB uint8 (height, width, 3), not {image.dtype} {image.shape}.")
