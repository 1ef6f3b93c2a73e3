"""A configuration that breaks a rule: the error carries the problem as a record, its text is made from that."""

from typing import Any

from ffbp.words.problems import Problem


class ConfigError(ValueError):
    """A field must follow a rule and does not; ``problem`` says which, ``str`` says it in English."""

    def __init__(self, field: str, rule: str, value: Any, **numbers):
        self.problem = Problem(field, rule, value, numbers)
        super().__init__(str(self.problem))
