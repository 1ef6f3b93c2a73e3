// The keys of a player, and the list of them that ? opens.

import { element } from './dom.js';

const ALWAYS = [
  ['Space', 'play or pause'], ['← →', 'one recorded epoch back or on'], ['Home End', 'first or last epoch'],
  ['E', 'at a unit of the network: its weights and bias'], ['Escape', 'all panels again'], ['?', 'this list'],
];
const PRESENTING = [
  ['1 2 3 4', 'network, boundary, loss, gradients: show the panel alone or beside one other, or hide it'],
  ['0', 'all panels'], ['K', 'keep this run in grey behind the next ones, or let it go'],
  ['X', 'swap this run and the kept one'], ['B', 'blank the screen, or show it again'],
  ['Page Down, Page Up', 'next or previous step of the running order'], ['Escape', 'leave'],
];

// Whether a key belongs to something else: a field, a list, a dialog, or the browser.
export function isTaken(event) {
  const target = event.composedPath()[0];
  const typed = 'input:not([type=range], [type=checkbox]), textarea, select, dialog, [role=dialog], [contenteditable]';
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  return target instanceof Element && Boolean(target.closest(typed));
}

export class Keys {
  // presents: whether the player can be presented. The list is built where it is first opened, in the player's box.
  constructor(presents) {
    this.presents = presents;
  }

  open(box) {
    this.dialog ??= this.build(box);
    this.dialog.showModal();
  }

  build(box) {
    const close = () => dialog.close();
    const lists = this.presents ? [['Always', ALWAYS], ['When presenting', PRESENTING]] : [['', ALWAYS]];
    const dialog = element('dialog', { class: 'key-list', role: 'dialog', 'aria-label': 'Keys',
      onclick: ({ target }) => { if (target === dialog) close(); },
      onkeydown: ({ key }) => { if (key === '?') close(); } },
      element('header', {}, element('h2', { text: 'Keys' }),
        element('button', { type: 'button', class: 'close', 'aria-label': 'Close', text: '×', onclick: close })),
      ...lists.flatMap(([title, keys]) => [...(title ? [element('h3', { text: title })] : []), tableOf(keys)]));
    box.append(dialog);
    return dialog;
  }
}

function tableOf(keys) {
  const row = ([names, words]) => element('tr', {}, element('th', { scope: 'row', text: names }),
    element('td', { text: words }));
  return element('table', {}, element('tbody', {}, ...keys.map(row)));
}
