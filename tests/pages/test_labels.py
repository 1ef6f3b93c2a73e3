"""The text that a select control shows follows the data, also where the chosen place stays the same.

The browser keeps, shows and sends a choice by its text. It learns a new text only when the server sets the value again.
"""

from apptest import run_page

DATA = (
    {"dataset": "iris", "columns": "all", "across": "0", "up": "1", "hidden": "4"},
    {"dataset": "iris", "columns": "1-2-3", "across": "0", "up": "1", "hidden": "4-3"},
    {"dataset": "wine", "columns": "0-1-2-3", "across": "0", "up": "1", "hidden": "4"},
    {"dataset": "moons", "x": "0.5_0.5"},
    {"dataset": "diabetes", "columns": "all", "across": "1", "up": "0"},
    {"dataset": "noisy_sine"},
    {"dataset": "blobs", "classes": "4", "x": "1_1"},
    {"dataset": "digits", "columns": "all"},
)


def _shown(app):
    """Of each select control that has a choice: its texts, and whether the server set them in this run."""
    found = {}
    for kind in ("selectbox", "multiselect", "select_slider"):
        for control in app.get(kind):
            values = control.value if isinstance(control.value, list | tuple) else [control.value]
            texts = [text for v in values if (text := _text(control, v)) in control.options]
            found[control.key] = texts, control.proto.set_value
    return found


def _text(control, value):
    try:
        return control.format_func(value)
    except (KeyError, TypeError):  # nothing is chosen
        return None


def test_a_text_that_changes_under_a_choice_is_sent_again(path):
    app, texts = run_page(path, epochs="2", **DATA[0]), {}
    for params in (*DATA[1:], DATA[0]):
        for key in list(app.query_params):
            del app.query_params[key]
        for key, value in {"epochs": "2", **params}.items():
            app.query_params[key] = value
        app.run()
        assert not app.exception, app.exception
        now = _shown(app)
        empty = [control.key for control in app.selectbox if control.value is None]
        assert not empty  # a choice that is made must be read
        stale = {
            key: (texts[key], text)
            for key, (text, is_set) in now.items()
            if key in texts and texts[key] != text and not is_set
        }
        assert not stale
        texts = {key: text for key, (text, _) in now.items()}
