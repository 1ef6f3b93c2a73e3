"""The front door on the page: the product's name, a sentence, Play, and captions that follow the timeline."""

from ffbp.figures.blob import as_text
from ffbp.figures.pack import PLAYER
from ffbp.lessons.front import CAPTIONS, SENTENCE
from ffbp.ui.component import component
from ffbp.ui.session.state import session

NAME = "ffbp"
FRONT = "front"


def is_open() -> bool:
    """Whether somebody comes through the front door: no parameters in the address, and nothing else was seen yet."""
    return session.bare and not session.greeted


def front_door() -> None:
    """Draw it; one click closes it for the rest of the session."""
    captions = [caption._asdict() for caption in CAPTIONS]
    content = {"player": PLAYER, "name": NAME, "sentence": SENTENCE, "captions": captions}
    component(FRONT)(key=FRONT, data=as_text(content).encode(), on_closed_change=_close)


def _close() -> None:
    session.greeted = True
