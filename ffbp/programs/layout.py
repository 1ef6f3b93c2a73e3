"""The layout of exported code, in the formatter's style.

Text from outside (a class, column or file name) enters code only here, as a string literal.
"""

from collections.abc import Iterable

WIDTH = 120
INDENT = "    "
_OPENING, _CLOSING = "([{", ")]}"


def literal(value) -> str:
    """Python source of a number, a text, None, or a list, tuple or dict of these; it evaluates to the same value."""
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, tuple):
        return f"({', '.join(literal(v) for v in value)}{',' if len(value) == 1 else ''})"
    if isinstance(value, list):
        return f"[{', '.join(literal(v) for v in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{literal(k)}: {literal(v)}' for k, v in value.items())}}}"
    if hasattr(value, "tolist"):  # NumPy's numbers and arrays
        return literal(value.tolist())
    if isinstance(value, int | float):
        return repr(value)
    raise TypeError(f"value must be a number, text or a list of such, got {type(value).__name__}")


def is_plain(value) -> bool:
    """Whether `literal` can write a value."""
    if isinstance(value, list | tuple):
        return all(is_plain(v) for v in value)
    if isinstance(value, dict):
        return all(is_plain(k) and is_plain(v) for k, v in value.items())
    return value is None or isinstance(value, str | bool | int | float)


def _string(text: str) -> str:
    """A string literal in double quotes, or in single quotes if that needs fewer backslashes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    body = "".join("\\" + c if c == quote else c if c in "'\"" else repr(c)[1:-1] for c in text)
    return quote + body + quote


def block(prefix: str, items: Iterable[str], suffix: str = "]") -> str:
    """``prefix item, item, … suffix`` on as few lines as possible, marked so that a formatter leaves them alone."""
    lines, line = [prefix], ""
    for item in items:
        if line and len(INDENT) + len(line) + 1 + len(item) + 1 > WIDTH:
            lines.append(INDENT + line)
            line = ""
        line += (" " if line else "") + item + ","
    return "\n".join([*lines, INDENT + line, suffix + "  # fmt: skip"])


def docstring(text: str, indent: str = INDENT) -> list[str]:
    """The lines of a docstring."""
    first, *rest = text.strip().replace("\\", "\\\\").replace('"""', "'''").splitlines()
    lines = [f'{indent}"""{first}', *(indent + line if line.strip() else "" for line in rest)]
    return [*lines, f'{indent}"""'] if rest else [lines[0] + '"""']


def fold(line: str) -> list[str]:
    """A line of at most WIDTH characters, or one broken at its last brackets and, if necessary, after each comma in them."""
    if len(line) <= WIDTH or line.lstrip().startswith(("#", '"""')):
        return [line]
    opening, closing = _last_brackets(line)
    if opening is None:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    inner = line[opening + 1 : closing]
    head, tail = line[: opening + 1], indent + line[closing:]
    if len(indent + INDENT + inner) <= WIDTH:
        return [*fold(head), indent + INDENT + inner, tail]
    parts = _split_at_commas(inner)
    return [head, *(piece for part in parts for piece in fold(f"{indent}{INDENT}{part},")), tail]


def _last_brackets(line):
    """Positions of the last outermost pair of brackets that is not empty, or (None, None)."""
    depth, start, found = 0, 0, (None, None)
    for position, character in _outside_strings(line):
        if character in _OPENING:
            start = position if depth == 0 else start
            depth += 1
        elif character in _CLOSING:
            depth -= 1
            if depth == 0 and position > start + 1:
                found = (start, position)
    return found


def _split_at_commas(text):
    parts, depth, start = [], 0, 0
    for position, character in _outside_strings(text):
        depth += (character in _OPENING) - (character in _CLOSING)
        if character == "," and depth == 0:
            parts.append(text[start:position].strip())
            start = position + 1
    return [part for part in (*parts, text[start:].strip()) if part]


def _outside_strings(text):
    """The characters of code, with their positions, that are not in string literals."""
    quote = escaped = None
    for position, character in enumerate(text):
        if quote:
            if escaped:
                escaped = None
            elif character == "\\":
                escaped = True
            elif character == quote:
                quote = None
        elif character in "'\"":
            quote = character
        else:
            yield position, character
