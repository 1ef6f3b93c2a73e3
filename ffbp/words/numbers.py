"""The format of numbers: four significant digits, the same in Python and in the player (a test compares them)."""

import math
from decimal import ROUND_HALF_UP, Context, Decimal

MISSING = "–"
POWER, RAISED = "·10", str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_EXACT = Context(prec=330)  # a double has at most 309 digits before the point


def format_number(value) -> str:
    """0.2531, 12.35, 1234, 1.234·10⁻⁵: plain from 0.001 to 100000, otherwise with an exponent; a dash for NaN."""
    value = float(value)
    if math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == 0:
        return "0"
    size = abs(value)
    if 1e-3 <= size < 1e5:
        power = math.floor(math.log10(size))
        text = fixed(value, max(0, 3 - power))
        is_rounded_up = power < 3 and abs(float(text)) >= 10.0 ** (power + 1)  # 0.99999 is 1.000
        return fixed(value, 2 - power) if is_rounded_up else text
    mantissa, exponent = _scientific(value)
    return f"{mantissa}{POWER}{str(exponent).translate(RAISED)}"


def plain_power(text: str) -> str:
    """A number as `format_number` writes it, with "e" before its exponent: 1.234e-5."""
    mantissa, power, exponent = text.partition(POWER)
    return f"{mantissa}e{exponent.translate(_LOWERED)}" if power else text


def format_percent(value) -> str:
    """94.5 %; a dash for NaN."""
    value = float(value)
    return f"{fixed(100 * value, 1)} %" if math.isfinite(value) else format_number(value)


def large(n: int) -> str:
    """A count with commas, 3,628,800; from 10¹⁵ on its power of ten."""
    power = len(str(n)) - 1
    return f"{n:,}" if power < 15 else f"more than 10{str(power).translate(RAISED)}"


def fixed(value: float, digits: int) -> str:
    """Like JavaScript's toFixed: exact, halves away from zero."""
    return f"{Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _EXACT):f}"


def _scientific(value):
    exact = Decimal(value)
    exponent = exact.adjusted()
    mantissa = exact.scaleb(-exponent, _EXACT).quantize(Decimal("0.001"), ROUND_HALF_UP, _EXACT)
    if abs(mantissa) >= 10:
        mantissa, exponent = mantissa.scaleb(-1).quantize(Decimal("0.001")), exponent + 1
    return f"{mantissa:f}", exponent
