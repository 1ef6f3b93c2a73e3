// A running order: steps {title, link}, opened one after the other. A link is a page's name and its parameters. The tab
// keeps the order and the place in it, so that a reload loses nothing; a file carries it to another machine. Steps that
// were planned on the page For teachers have minutes and notes, too; they stay.

import { hereLink } from './here.js';

const STORE = 'ffbp:order', NAME = 'ffbp running order', MOST_STEPS = 100;
const MOST_MINUTES = 240, MOST_NOTES = 1000;
const FOR_LECTURES = { present: '1', panel: 'network-boundary' }; // what is added to a link to the Playground

const isText = (value) => typeof value === 'string' && value.trim() !== '';

function planned({ minutes, notes }) {
  const found = {};
  if (Number.isInteger(minutes) && minutes >= 0 && minutes <= MOST_MINUTES) found.minutes = minutes;
  if (isText(notes)) found.notes = notes.slice(0, MOST_NOTES);
  return found;
}

function linkOf(text, pages) {
  const url = URL.canParse(text, 'http://localhost/') ? new URL(text, 'http://localhost/') : null;
  const page = url?.pathname.split('/').pop();
  return pages.includes(page) ? page + url.search : null;
}

// The steps of a file's text. pages: the names of the pages in addresses; the Playground's is empty. Throws an Error
// with the message for the person.
export function stepsOf(text, pages) {
  let steps = null;
  try {
    ({ steps } = JSON.parse(text) ?? {});
  } catch { /* the same message as for other content */ }
  if (!Array.isArray(steps)) throw new Error('This file is not a running order that was saved here.');
  if (steps.length < 1 || steps.length > MOST_STEPS) {
    throw new Error(`A running order has 1 to ${MOST_STEPS} steps, this one has ${steps.length}.`);
  }
  return steps.map((step, i) => {
    const { title, link } = step ?? {};
    if (!isText(title) || !isText(link)) throw new Error(`Step ${i + 1} of the file has no title or no link.`);
    const known = linkOf(link, pages);
    if (known === null) throw new Error(`Step ${i + 1} of the file: the link “${link.slice(0, 60)}” opens no page.`);
    return { title: title.trim(), link: known, ...planned(step) };
  });
}

export const textOf = (steps) => JSON.stringify({ name: NAME, steps }, null, 1);

// The link to what is on screen, which the lecture shows without the page around it.
export function linkHere(pages) {
  const { pathname, search } = window.location, page = pathname.split('/').pop();
  const shown = new URLSearchParams(search || new URL(hereLink().href).search);
  if (pages.includes(page) && page) return `${page}?${shown}`;
  for (const [key, value] of Object.entries(FOR_LECTURES)) if (!shown.has(key)) shown.set(key, value);
  return `?${shown}`;
}

// The order that this tab keeps: {steps, at}; at: the place of the step that was opened last, null before the first.
export function keptOrder(pages) {
  try {
    const { text, at } = JSON.parse(window.sessionStorage.getItem(STORE));
    const steps = stepsOf(text, pages);
    return { steps, at: Number.isInteger(at) && at >= 0 && at < steps.length ? at : null };
  } catch {
    return { steps: [], at: null }; // there is none yet, or the browser keeps nothing
  }
}

export function keepOrder({ steps, at }) {
  try {
    window.sessionStorage.setItem(STORE, JSON.stringify({ text: textOf(steps), at }));
  } catch { /* the browser keeps nothing; the order is lost at a reload */ }
}
