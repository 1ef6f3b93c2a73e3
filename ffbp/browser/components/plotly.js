// How a component that draws with Plotly finds it: Streamlit's own copy, so that a browser loads it once.

const CHUNK = '__PLOTLY_CHUNK__'; // the name of Streamlit's file, or nothing
const mark = document.documentElement.dataset; // shared by all components

let found = null;

// ask() is called when there is no Plotly, so that the server sends one; only one component asks for all.
export function findPlotly(ask) {
  found ??= load(ask);
  return found;
}

async function load(ask) {
  if (window.Plotly) return window.Plotly;
  const entry = [...document.scripts].map((script) => script.src).find((src) => src.includes('/static/js/'));
  if (CHUNK && entry) {
    try {
      await import(entry.slice(0, entry.lastIndexOf('/') + 1) + CHUNK);
    } catch { /* asked for below */ }
  }
  if (!window.Plotly && !mark.ffbpPlotly) {
    mark.ffbpPlotly = 'asked';
    ask();
  }
  while (!window.Plotly) await new Promise((resolve) => setTimeout(resolve, 50));
  return window.Plotly;
}
