// Reports Back and Forward to the server, which cannot distinguish them from an outdated address by the address alone.
// And keeps Back free: an address that the page corrects by itself gives way to the corrected one.

import { findPlotly } from './plotly.js';
import { closeSidebar } from './sidebar.js';

import { keepMarked } from '../here.js';
import { keepReachable } from '../reach.js';
import { explain, keepExplained } from '../terms.js';

let mounted = null; // the component that reports
let page = null, path = null; // the page that mounted it, and its place in the address
let untold = null; // a move made while no component was mounted, or one to another page

function report() {
  const move = { at: performance.timeOrigin + performance.now(), search: window.location.search };
  const stays = window.location.pathname === path; // else Streamlit asks for the other page, a report for this one
  if (stays && mounted && mounted.parentElement.isConnected) mounted.setStateValue('move', move);
  else untold = move;
}

// In the capture phase, so that Streamlit sends the report with its own request for the same event.
window.addEventListener('popstate', report, true);

// Until somebody does something at an address, a new one is the page's own correction. Behind a second entry, Back
// would lead to the wrong address, which is corrected again, and nobody would get any further back.
let isUntouched = true;
for (const type of ['pointerdown', 'keydown', 'input', 'drop']) {
  window.addEventListener(type, () => { isUntouched = false; }, true);
}
window.addEventListener('popstate', () => { isUntouched = true; }, true);
window.history.pushState = (state, title, to) => {
  const isHere = new URL(to, window.location).pathname === window.location.pathname;
  const write = isUntouched && isHere ? 'replaceState' : 'pushState';
  window.History.prototype[write].call(window.history, state, title, to);
};
keepMarked(); // here, because every page mounts this component
keepReachable();
keepExplained();

// This is the first component of every page, so charts wait less for Plotly if it begins to load here.
findPlotly().catch(() => {});
closeSidebar();

export default function (component) {
  mounted = component;
  const { page: name, glossary } = component.data;
  if (name !== page) [page, path] = [name, window.location.pathname];
  explain(glossary);
  if (!untold || window.location.pathname !== path) return;
  component.setStateValue('move', untold);
  untold = null;
}
