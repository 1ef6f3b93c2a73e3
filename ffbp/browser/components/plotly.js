// Plotly for the components that need it, loaded once a page from the server's own copy.

import { served } from './served.js';

const PATH = '__PLOTLY__';

// A promise; all components share it. It is rejected, and the next call tries again, if the file does not come.
export function findPlotly() {
  return (document.ffbpPlotly ??= load().catch((error) => {
    document.ffbpPlotly = null;
    throw error;
  }));
}

// The server names no time for which the file stays valid, but its address changes with its content.
async function load() {
  if (window.Plotly) return window.Plotly;
  const answer = await fetch(served(PATH), { cache: 'force-cache' });
  if (!answer.ok) throw new Error(`${PATH}: ${answer.status}`);
  const script = document.createElement('script');
  script.src = URL.createObjectURL(new Blob([await answer.blob()], { type: 'text/javascript' }));
  await new Promise((resolve, reject) => {
    Object.assign(script, { onload: resolve, onerror: reject });
    document.head.append(script);
  });
  return window.Plotly;
}
