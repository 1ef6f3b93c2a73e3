"""The components that draw images in the browser. They receive all frames once, packed, and follow the player."""

from collections.abc import Callable

import numpy as np

from ffbp.data.raster import Raster
from ffbp.figures import digits as pictures
from ffbp.ui.component import component
from ffbp.ui.session.state import session


def show(name: str, data: bytes, key: str, chosen: Callable | None = None, n: int = 0) -> None:
    """Mount a component; a click on one of its n items calls ``chosen(index)`` before the page is drawn."""

    def report():
        index = session.sent(key).get("chosen")
        if isinstance(index, int) and 0 <= index < n:
            chosen(index)

    component(name)(key=key, data=data, on_chosen_change=report)


def show_row(raster: Raster, key: str, name: str, images, size: int) -> None:
    """Show images in a row. Each is its pixels, kind, label, caption and the sign before it (see `pack_images`)."""
    pixels, kinds, labels, captions, signs = zip(*images, strict=True)
    texts = {"name": name, "captions": captions, "signs": signs}
    data = pictures.pack_images(np.array(pixels), kinds, labels, raster=raster, size=size, **texts)
    show("images", data, key)
