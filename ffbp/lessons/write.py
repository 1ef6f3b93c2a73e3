"""Writing a lesson's file: the text that `ffbp.lessons.read` reads, from tables and lists as TOML has them."""

import json
from collections.abc import Mapping
from typing import Any

EXAMPLE = {  # what one's own lesson begins with
    "title": "My lesson",
    "goal": "Predict what a learning rate does.",
    "minutes": 5,
    "before": "The learning rate.",
    "take": "The rate decides how far a step goes. Too far is as bad as not far enough.",
    "onward": "?lr=1",
    "step": [
        {
            "link": "?lr=0.1&frame=0",
            "text": "The rate of this run is {{learning_rate}}. Press **Play** and watch the loss.",
        },
        {
            "link": "?lr=0.1&panel=boundary",
            "text": "At the end, {{end_train_accuracy}} of the training samples are right. Now the rate is ten times as large.",
            "predict": {
                "question": "How many percent are right at the end? An answer within 3 is right.",
                "value": "end_train_accuracy",
                "within": 3,
                "run": "?lr=1&panel=boundary",
                "explain": "With the rate {{learning_rate}}, it is {{end_train_accuracy}}.",
            },
        },
    ],
}


def written(lesson: Mapping[str, Any]) -> str:
    """The file's text. Values are texts, numbers, lists of texts, and tables; empty ones are left out."""
    lines = _pairs({key: value for key, value in lesson.items() if key not in ("step", "shared")})
    if lesson.get("shared"):
        lines += ["", "[shared]", *_pairs(lesson["shared"])]
    for step in lesson.get("step", ()):
        lines += [
            "",
            "[[step]]",
            *_pairs({key: value for key, value in step.items() if not isinstance(value, Mapping)}),
        ]
        for key, value in step.items():
            if isinstance(value, Mapping):
                lines += [f"[step.{key}]", *_pairs(value)]
    return "\n".join(lines) + "\n"


def _pairs(table):
    return [f"{key} = {_value(value)}" for key, value in table.items() if value not in ("", None, [])]


def _value(value):
    """A value as TOML writes it; JSON writes texts and lists of texts in the same way."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
