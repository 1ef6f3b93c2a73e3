"""A raster: the rows and columns of an image dataset's inputs."""

import math
from dataclasses import dataclass

import numpy as np

from ffbp.data.dataset import Dataset
from ffbp.data.source import CLASSIFICATION, ink_of


@dataclass(frozen=True)
class Raster:
    """How a row of pixels forms an image: side × side, row by row, each pixel from 0 (paper) to high (ink)."""

    side: int
    high: float

    def image(self, pixels: np.ndarray) -> np.ndarray:
        """Pixels (..., side²) as images (..., side, side)."""
        pixels = np.asarray(pixels)
        return pixels.reshape(*pixels.shape[:-1], self.side, self.side)


def raster_of(dataset: Dataset) -> Raster | None:
    """The raster of a dataset whose inputs are all pixels, in order, of images of ten digits; None for other data."""
    pixels = tuple(range(len(dataset.feature_names)))
    if dataset.task != CLASSIFICATION or dataset.columns != pixels:
        return None
    ink = ink_of(np.concatenate([dataset.raw_train, dataset.raw_test]), dataset.n_classes)
    return ink and Raster(math.isqrt(len(pixels)), ink)
