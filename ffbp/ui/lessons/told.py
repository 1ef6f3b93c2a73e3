"""A lesson's text on the page. Formulas between dollar signs and **bold** words are drawn; nothing else is markup."""

import re

from ffbp.figures.latex import plain

_MARKED = re.compile(r"\$([^$]+)\$|\*\*([^*$]+)\*\*|`([^`]+)`")


def heard(text: str) -> str:
    """The text for a screen reader, without the signs of formulas, bold words and names."""
    return re.sub(r"[$*`\\]", "", text)


def markdown(text: str) -> str:
    """The text as Markdown: all but formulas, bold words and `names` is escaped, because anybody may have written it."""
    found, last = [], 0
    for match in _MARKED.finditer(text):
        found.append(plain(text[last : match.start()]))
        formula, bold, code = match.groups()
        if formula is not None:
            found.append(f"${formula}$")
        elif bold is not None:
            found.append(f"**{plain(bold.strip())}**")
        else:
            found.append(f"`{code}`")
        last = match.end()
    return "".join(found) + plain(text[last:])
