"""The small components that paint images in the browser: they get packed frames once and follow the player."""

from collections.abc import Callable

from ffbp.ui.component import component
from ffbp.ui.session.state import session


def show(name: str, data: bytes, key: str, chosen: Callable | None = None, n: int = 0) -> None:
    """Mount a component that tells which of its n items was chosen; chosen(index) is called before the page is drawn."""

    def report():
        index = session.sent(key).get("chosen")
        if isinstance(index, int) and 0 <= index < n:
            chosen(index)

    component(name)(key=key, data=data, on_chosen_change=report)
