"""The gallery of experiments, which opens in the browser at once."""

from functools import cache

from ffbp.browser.sources import thumbnails
from ffbp.experiment.fields import KEYS
from ffbp.experiment.link import params_of
from ffbp.figures.blob import as_text
from ffbp.figures.pack import PLAYER
from ffbp.lessons.presets import GROUPS, PRESETS
from ffbp.ui.component import component
from ffbp.ui.session.state import session

GALLERY = "gallery"


def gallery() -> None:
    """The button that opens the gallery. A chosen experiment opens where its hint can be seen."""
    component(GALLERY)(key=GALLERY, data=_content(), on_chosen_change=_choose)


@cache
def _content() -> bytes:
    """The experiments by group. It is always the same, so that it is sent once."""
    pictures = thumbnails()
    groups = {group: [] for group in GROUPS}
    for key, preset in PRESETS.items():
        params = params_of(preset.config)
        card = {"key": key, "label": preset.label, "hint": preset.hint, "params": params, "image": pictures[key]}
        groups[preset.group].append(card)
    content = [{"title": title, "items": items} for title, items in groups.items()]
    return as_text({"player": PLAYER, "keys": list(KEYS), "groups": content}).encode()


def _choose() -> None:
    key = session.sent(GALLERY, {}).get("chosen")
    if key in PRESETS:
        session.start(PRESETS[key].config, PRESETS[key].frame)
