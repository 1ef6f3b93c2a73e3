"""The front door on the page: the product's name, a sentence, Play, two more doors, and captions that follow the timeline."""

from ffbp.experiment.link import params_of
from ffbp.figures.blob import as_text
from ffbp.figures.pack import PLAYER
from ffbp.lessons.course import course
from ffbp.lessons.front import CAPTIONS, SENTENCE
from ffbp.ui import order
from ffbp.ui.component import component
from ffbp.ui.lessons.running import open_lesson
from ffbp.ui.session.state import session

NAME = "ffbp"
FRONT = "front"
DOORS = {(COURSE := "course"): "Start the course", (DATA := "data"): "Bring your own data"}  # beside Play


def is_open() -> bool:
    """Whether somebody comes through the front door: no parameters in the address, and nothing else was seen yet."""
    return session.bare and not session.greeted


def front_door() -> None:
    """Draw it; one click closes it for the rest of the session."""
    captions = [caption._asdict() for caption in CAPTIONS]
    content = {"player": PLAYER, "name": NAME, "sentence": SENTENCE, "captions": captions, "doors": DOORS}
    component(FRONT)(key=FRONT, data=as_text(content).encode(), on_closed_change=_close, on_door_change=_enter)


def _enter() -> None:
    """Open the course at its first lesson, or the page for data of one's own."""
    door = session.sent(FRONT, {}).get("door")
    if door == COURSE:
        open_lesson(next(iter(course())))
    elif door == DATA:
        order.ask("data", params_of(session.config))


def _close() -> None:
    session.greeted = True
