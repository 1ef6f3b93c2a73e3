"""The glossary of the controls' labels, which the browser shows at the word itself.

A question mark beside each label would be a stop of Tab for every control, leave the strip no room, and be sent anew with
every rerun. All entries travel once instead, with the first component of a page (`ffbp/browser/terms.js`).
"""

from functools import cache

from ffbp.experiment.fields import FIELDS
from ffbp.words.glossary import explaining

OTHERS = ("Layer", "Hidden layers")  # labels of controls for a part of a field


@cache
def of_labels() -> dict:
    """``labels``: the term of each label that is one; ``terms``: the sentence and the formula of each of these terms."""
    names = {each.title: (each.label, name.replace("_", " ")) for name, each in FIELDS.items()}
    found = {label: explaining(*names.get(label, (label,))) for label in (*names, *OTHERS)}
    found = {label: entry for label, entry in found.items() if entry}
    return {
        "labels": {label: entry.term for label, entry in found.items()},
        "terms": {entry.term: [entry.sentence, entry.formula] for entry in found.values()},
    }
