// The colours of the page.

const darkness = new Map();

function isDark(colour) {
  if (!darkness.has(colour)) {
    const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    probe.fillStyle = colour;
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
    darkness.set(colour, 0.3 * r + 0.6 * g + 0.1 * b < 128);
  }
  return darkness.get(colour);
}

// The colours of Streamlit's theme at an element.
export function themeOf(node) {
  const style = getComputedStyle(node);
  const value = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  const background = value('--st-background-color', '#ffffff');
  const dark = isDark(background);
  return {
    dark, background,
    text: value('--st-text-color', dark ? '#fafafa' : '#202020'),
    primary: value('--st-primary-color', '#2f6fb3'),
    panel: value('--st-secondary-background-color', dark ? '#262730' : '#f2f3f5'),
    border: dark ? '#3c404a' : '#d5d8de',
  };
}
