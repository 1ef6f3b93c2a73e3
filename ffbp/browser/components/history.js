// Reports Back and Forward to the server, which cannot distinguish them from an outdated address by the address alone.

import { findPlotly } from './plotly.js';
import { closeSidebar } from './sidebar.js';

let mounted = null; // the component that reports
let untold = null; // a move made while no component was mounted

function report() {
  const move = { at: performance.timeOrigin + performance.now(), search: window.location.search };
  if (mounted && mounted.parentElement.isConnected) mounted.setStateValue('move', move);
  else untold = move;
}

// In the capture phase, so that Streamlit sends the report with its own request for the same event.
window.addEventListener('popstate', report, true);

// This is the first component of every page, so charts wait less for Plotly if it begins to load here.
findPlotly().catch(() => {});
closeSidebar();

export default function (component) {
  mounted = component;
  if (untold) component.setStateValue('move', untold);
  untold = null;
}
