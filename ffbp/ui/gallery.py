"""The gallery of experiments and of pairs, which opens in the browser at once."""

from dataclasses import replace
from functools import cache

from ffbp.browser.sources import thumbnails
from ffbp.experiment.fields import KEYS
from ffbp.experiment.link import params_of
from ffbp.figures.blob import as_text
from ffbp.figures.pack import PLAYER
from ffbp.lessons.pairs import PAIR_GROUP, PAIR_KEY, PAIRS
from ffbp.lessons.presets import GROUPS, PRESETS
from ffbp.ui.component import component
from ffbp.ui.session import address
from ffbp.ui.session.state import session

GALLERY = "gallery"
COMPARE = "pages/compare.py"
CHOSEN = "gallery:pair"  # the pair that is to be opened


def gallery() -> None:
    """The button that opens the gallery. A chosen experiment opens where its hint can be seen, a pair on Compare."""
    component(GALLERY)(key=GALLERY, data=_content(), on_chosen_change=_choose)


def open_pair(path: str) -> None:
    """Go to Compare if a pair was chosen on another page."""
    pair = PAIRS.get(session.recall(CHOSEN))
    session.keep(None, CHOSEN)
    if pair is not None and path != COMPARE:
        address.go(COMPARE, pair.params)


@cache
def _content() -> bytes:
    """The experiments by group. It is always the same, so that it is sent once."""
    pictures = thumbnails()
    groups = {group: [] for group in (*GROUPS, PAIR_GROUP)}
    for key, preset in PRESETS.items():
        groups[preset.group].append(_card(key, preset, params_of(preset.config), pictures[key]))
    for key, pair in PAIRS.items():
        groups[PAIR_GROUP].append(_card(f"{PAIR_KEY}{key}", pair, pair.params, pictures[f"{PAIR_KEY}{key}"]))
    content = [{"title": title, "items": items} for title, items in groups.items()]
    return as_text({"player": PLAYER, "keys": list(KEYS), "groups": content}).encode()


def _card(key, each, params, picture):
    return {"key": key, "label": each.label, "hint": each.hint, "params": params, "image": picture}


def _choose() -> None:
    key = session.sent(GALLERY, {}).get("chosen")
    if key in PRESETS:
        session.start(PRESETS[key].config, PRESETS[key].frame)
        session.view = replace(session.view, gradients=PRESETS[key].gradients)
    elif isinstance(key, str) and (pair := PAIRS.get(key.removeprefix(PAIR_KEY))):
        session.start(pair.a, None)
        session.view = replace(session.view, view=None, by=None, b=pair.other)
        session.keep(key.removeprefix(PAIR_KEY), CHOSEN)
