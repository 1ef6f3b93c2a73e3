// Reports Back and Forward to the server: a request's address cannot tell them from an address that is merely old.

let mounted = null; // where to report
let untold = null; // a move while nothing was mounted

function report() {
  const move = { at: performance.timeOrigin + performance.now(), search: window.location.search };
  if (mounted && mounted.parentElement.isConnected) mounted.setStateValue('move', move);
  else untold = move;
}

// Capturing, so that the report is part of the request that Streamlit sends for the same event.
window.addEventListener('popstate', report, true);

export default function (component) {
  mounted = component;
  if (untold) component.setStateValue('move', untold);
  untold = null;
}
