// Finds Plotly for the components that need it: Streamlit's own copy, which the browser then loads only once.

const CHUNK = '__PLOTLY_CHUNK__'; // the name of Streamlit's file, or empty
const mark = document.documentElement.dataset; // shared by all components

let found = null;

// If Streamlit has no Plotly, one component calls ask() on behalf of all, and the server sends a copy.
export function findPlotly(ask) {
  return (found ??= load(ask));
}

async function load(ask) {
  if (window.Plotly) return window.Plotly;
  const entry = [...document.scripts].map((script) => script.src).find((src) => src.includes('/static/js/'));
  if (CHUNK && entry) {
    try {
      await import(entry.slice(0, entry.lastIndexOf('/') + 1) + CHUNK);
    } catch { /* ask for it below */ }
  }
  if (!window.Plotly && !mark.ffbpPlotly) {
    mark.ffbpPlotly = 'asked';
    ask();
  }
  while (!window.Plotly) await new Promise((resolve) => setTimeout(resolve, 50));
  return window.Plotly;
}
