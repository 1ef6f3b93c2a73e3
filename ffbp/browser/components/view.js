// Streamlit renders a component again and again. Each element keeps one view, which is closed when its element is gone.
// (Streamlit also calls the function that a component returns before each new call.)

import { themeOf } from '../theme.js';

const views = new WeakMap();
const BUSY = ['running', 'rerunRequested', 'stopRequested']; // states of the page's script
const A_LOOK = 30; // milliseconds

const stateOf = (app) => app?.dataset.testScriptState;
const isBusy = () => BUSY.includes(stateOf(document.querySelector('[data-testid=stApp]')));

// Report for a view what nobody has clicked, as soon as the page's script rests; Streamlit would answer no sooner.
// If the script opens another page, the view is closed and nothing is reported: a late report would empty that page.
export async function whenScriptRests(view, report) {
  while (isBusy()) await new Promise((resolve) => setTimeout(resolve, A_LOOK));
  if (!view.closed) report();
}

// The component of a class of views. A view has a `root`, show(data, theme) and close(); its `component` is the latest
// call's argument.
export function mount(View) {
  return (component) => {
    const { parentElement, data } = component;
    const view = views.get(parentElement) ?? new View(component);
    views.set(parentElement, view);
    view.component = component;
    view.show(data, themeOf(parentElement));
    return () => setTimeout(() => {
      if (view.root.isConnected) return;
      view.close();
      if (views.get(parentElement) === view) views.delete(parentElement);
    }, 0);
  };
}
