// What Streamlit's components have in common: one view an element, kept while Streamlit renders anew, closed when its
// element is gone. (Streamlit calls the function that a component returns before each call, too.)

import { themeOf } from '../colours.js';

const views = new WeakMap();

// make(component) gives a view with a `root`, show(data, theme) and close(); its `component` is the latest call's.
export function keep(component, make) {
  const { parentElement, data } = component;
  let view = views.get(parentElement);
  if (!view) views.set(parentElement, (view = make(component)));
  view.component = component;
  view.show(data, themeOf(parentElement));
  return () => setTimeout(() => {
    if (view.root.isConnected) return;
    view.close();
    if (views.get(parentElement) === view) views.delete(parentElement);
  }, 0);
}
