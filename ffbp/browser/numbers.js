// Numbers as text, as in words/numbers.py.

// A number with four significant digits.
export function formatNumber(value) {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e5) return value.toFixed(Math.max(0, 3 - Math.floor(Math.log10(size))));
  return value.toExponential(3);
}

export function formatPercent(value) {
  return Number.isFinite(value) ? `${(100 * value).toFixed(1)} %` : formatNumber(value);
}
