"""Problems: a value that breaks a rule, as a record (field, rule, value, numbers), and the rules in English."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_VALUE = 60  # characters of a value that a message shows

# "<field> must <rule>". The problem's numbers fill the braces.
RULES = {
    "whole": "be a whole number",
    "number": "be a finite number",
    "bounds": "be from {low} to {high}",
    "flag": "be true or false",
    "text": "be 1 to {most} printable characters",
    "list": "be a list",
    "whole_list": "be at most {most} whole numbers from {low} to {high}",
    "different_numbers": "be different column numbers from {low} to {high}",
    "different_keys": "be different keys",
    "number_list": "be 1 to {most} finite numbers",
    "n_points": "be {low} to {most} points",
    "too_few_points": "be at least {low}",
    "points": "be points of two or three finite numbers each",
    "pairs": "be points of two finite numbers each",
    "triples": "be points of three finite numbers each",
    "point_class": "have a class from 0 to {high}",
    "point_columns": "be left out unless one or two columns are used",
    "point_start": "start from one or two columns of a built-in dataset",
    "hidden_activation": "suit hidden layers",
    "activations": "be one key, or {layers}, one per hidden layer",
    "left_out": "be left out for {dataset!r}",
    "bounds_for": "be from {low} to {high} for {dataset!r}",
    "file_only": "be left out unless the data come from a file",
    "columns": "be below {n_columns} for {dataset!r}",
    "fixed": "be 0 for {dataset!r}: its few samples are all needed",
    "two_columns": "be left out unless two columns are used",
    "gaps": "not be {value} here: every row has a gap in the chosen columns",
    "none_to_train": "leave at least one sample for training",
    "loss_of_classes": "be one of {choices} with {n_classes} classes",
    "loss_of_numbers": "be one of {choices} with a number as target",
    "output": "be one of {choices} with {loss!r}",
    "n_params": "hold {n_params} numbers for this network",
    "fault": "be left out unless {needs}",
    "nothing_held_out": "be left out when there is no test set",
    "work": "be at most {most} with this much work per epoch",
    "file": "come with its data",
    "challenge": "be rules such as test loss at most 0.177, fewest weights",
    "n_conditions": "be at most {most} conditions",
    "of_a_lesson": "be as the copied link has it",
    "controls": "be controls as a class link writes them, such as lr-epochs",
    "one_of_three": "be in only one of free, fixed and hide",
    "asked": "be at most {most} numbers as lessons name them, such as z.1.2~end_loss",
    "given": "be answers as a class link writes them",
    "typed_numbers": "be finite numbers joined by _",
    "change": "be to add, move or erase a point",
    "n_numbers": "be {n} numbers",
    "numbers": "be finite numbers",
    "branch_start": "be left as it is: a branch begins with the frame's weights",
    "branch_depth": "be a branch of a branch at most {most} times",
    "branch_epochs": "be at least {low}, the epoch of the frame",
    "branch_shape": "keep the network's shape {sizes}",
    "other_shape": "have the other run's shape {sizes}",
    "three_frames": "be three frames",
    "three_recorded": "have at least three recorded frames",
    "all_zero": "have weights that are not all zero",
    "on_one_line": "be three points that do not lie on one line",
    "odd": "be odd, g(-z) = -g(z), as tanh is",
    "some_hidden": "be left out without a hidden layer",
    "other_activations": "have the other run's activations",
    "above": "be above {low}",
    "race_fields": "be over optimizer and learning_rate, the experiment's own among them",
    "same_task": "have the other run's features and outputs",
    "classifies": "be a classification",
    "n_runs": "be at most {most} runs",
    "different_values": "be different",
    "some_values": "hold at least one value",
    "n_values": "be at most {most} values",
    "values_of": "be one list for each of {n} fields",
    "box": "be the first and last value of each of two fields, joined by ~",
    "n_fields": "be one field or two different ones",
    "varied": "be another field than the seeds that are varied",
    "share": "be from 0 to 1",
    "positive": "be above 0",
    "one_target": "be accuracy or loss, one of them",
    "no_accuracy": "be a loss where the target is a number",
}
# What a message shows instead of the value.
GOT = {"point_columns": "{n_columns} columns", "point_start": "", "file": "only the name {value}", "gaps": ""}
GOT |= {"on_one_line": "", "three_recorded": "", "all_zero": ""}
REMEDIES = {
    "too_few_points": "add another one first",
    "point_start": "choose one, or fewer columns",
    "hidden_activation": "choose softmax for the output only",
    "gaps": "fill them with the median or choose other columns",
    "work": "lower epochs, samples or units, or raise batch_size",
    "file": "load the file again",
    "n_runs": "choose fewer values or seeds",
    "on_one_line": "choose other runs, other frames or another plane",
}
OUTCOMES = {
    "default": "the default is used",
    "drawn": "weights are drawn instead",
    "left out": "it was left out",
    "lowered": "lowered to {most}",
    "stricter": "the stricter one is used",
}


@dataclass(frozen=True)
class Problem:
    """A field whose value breaks a rule (a key of RULES). ``outcome``: what was done about it, a key of OUTCOMES.

    Two more rules: "unknown" (a key that is in no registry) and "parameter" (an unknown parameter).
    """

    field: str
    rule: str
    value: Any
    numbers: Mapping[str, Any] = field(default_factory=dict)
    outcome: str = ""

    def __str__(self):
        shown = {name: number_text(each) for name, each in self.numbers.items()} | {"value": short(self.value)}
        texts = [self._fault(shown), REMEDIES.get(self.rule, ""), OUTCOMES.get(self.outcome, "")]
        if self.outcome == "lowered":
            del texts[1]  # the remedy was applied
        return "; ".join(text.format_map(shown) if i else text for i, text in enumerate(texts) if text)

    def _fault(self, shown):
        if self.rule == "unknown":
            return f"unknown {self.field} {shown['value']}; choose from {shown['choices']}"
        if self.rule == "parameter":
            return f"unknown parameter {shown['value']}"
        got = GOT.get(self.rule, "{value}")
        return f"{self.field} must {RULES[self.rule]}{', got ' if got else ''}{got}".format_map(shown)


def number_text(value):
    """A limit in a message: 1e-06, 20000, 4294967295."""
    return f"{value:g}" if isinstance(value, float) else value


def short(value) -> str:
    """A value as Python writes it, cut to MAX_VALUE characters."""
    text = repr(value)
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"
