// Numbers as text, as in words/numbers.py.

const RAISED = { '-': '⁻', ...Array.from('⁰¹²³⁴⁵⁶⁷⁸⁹') };

// A number with four significant digits: 0.2531, 8.398·10²⁰⁶.
export function formatNumber(value) {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e5) {
    const power = Math.floor(Math.log10(size));
    const text = value.toFixed(Math.max(0, 3 - power));
    const isRoundedUp = power < 3 && Math.abs(text) >= 10 ** (power + 1); // 0.99999 is 1.000
    return isRoundedUp ? value.toFixed(2 - power) : text;
  }
  const [mantissa, exponent] = value.toExponential(3).split('e');
  return `${mantissa}·10${[...String(+exponent)].map((digit) => RAISED[digit]).join('')}`;
}

export function formatPercent(value) {
  return Number.isFinite(value) ? `${(100 * value).toFixed(1)} %` : formatNumber(value);
}
