// What every component with a chart needs: Plotly, and the colours of the page. It stands before the component's own code.

let plotlyAsked = null;

function findPlotly(ask) {
  // Streamlit's own copy, so that a browser loads it once; ask() when there is none, so that the server sends another.
  plotlyAsked ??= loadPlotly(ask);
  return plotlyAsked;
}

async function loadPlotly(ask) {
  if (window.Plotly) return window.Plotly;
  const entry = [...document.scripts].map((script) => script.src).find((src) => src.includes('/static/js/'));
  if ('__PLOTLY_CHUNK__' && entry) {
    try {
      await import(entry.slice(0, entry.lastIndexOf('/') + 1) + '__PLOTLY_CHUNK__');
    } catch { /* asked for below */ }
  }
  if (!window.Plotly && !window.ffbpPlotlyAsked) {
    window.ffbpPlotlyAsked = true; // one component asks for all
    ask();
  }
  while (!window.Plotly) await new Promise((resolve) => setTimeout(resolve, 50));
  return window.Plotly;
}

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

function themeOf(element) {
  const style = getComputedStyle(element);
  const value = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  const background = value('--st-background-color', '#ffffff');
  const dark = isDark(background);
  return {
    dark, background, text: value('--st-text-color', dark ? '#fafafa' : '#202020'), primary: value('--st-primary-color', '#2f6fb3'),
    panel: value('--st-secondary-background-color', dark ? '#262730' : '#f2f3f5'), border: dark ? '#3c404a' : '#d5d8de',
  };
}
