"""Packed points: a drawing as short text for an address, exact for every number it can hold.

The text is "~", the decimals of each column, "~", and then every number times 10 to its decimals as a whole number: its
sign in the lowest bit, five bits a character, the lowest first; the sixth bit says that more follow.
"""

import math
from collections.abc import Sequence

MAX_POINTS = 200
MAX_DECIMALS = 6
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def pack(points: Sequence[Sequence[float]]) -> str | None:
    """Points as packed text; None where a column has more than MAX_DECIMALS decimals."""
    columns = []
    for values in zip(*points, strict=True):
        for decimals in range(MAX_DECIMALS + 1):
            whole = [_as_whole(value, decimals) for value in values]
            if None not in whole:
                columns.append((decimals, whole))
                break
        else:
            return None
    codes = "".join(_digits(2 * abs(n) + (n < 0)) for row in zip(*(c for _, c in columns), strict=True) for n in row)
    return f"~{''.join(str(decimals) for decimals, _ in columns)}~{codes}"


def unpack(text: str) -> list[list[float]] | str:
    """Packed text as lists of numbers; text that is none comes back as it is."""
    header, _, codes = text[1:].partition("~")
    if not (header.isascii() and header.isdigit() and len(header) in (2, 3)) or len(codes) > 30 * MAX_POINTS:
        return text
    numbers, n, shift = [], 0, 0
    for character in codes:
        digit = _ALPHABET.find(character)
        if digit < 0 or shift > 60:
            return text
        n |= digit % 32 << shift
        shift += 5
        if digit < 32:
            numbers.append(-(n // 2) if n % 2 else n // 2)
            n = shift = 0
    width = len(header)
    if shift or len(numbers) % width:
        return text
    scaled = [number / 10 ** int(header[i % width]) for i, number in enumerate(numbers)]
    return [scaled[i : i + width] for i in range(0, len(scaled), width)]


def _as_whole(value, decimals):
    """The whole number that is value·10^decimals and gives exactly this value back, or None."""
    if abs(value) > 1e9 or (value == 0 and math.copysign(1, value) < 0):
        return None
    whole = round(value * 10**decimals)
    return whole if whole / 10**decimals == value else None


def _digits(n):
    text = ""
    while n >= 32:
        text += _ALPHABET[n % 32 + 32]
        n //= 32
    return text + _ALPHABET[n]
