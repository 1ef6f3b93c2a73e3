// The front door: the product's name, one sentence, Play, two more doors, and a caption for each part of the timeline.

import { element, icon } from '../dom.js';
import { follow, playerOf } from '../players.js';
import { mount } from './view.js';

class Front {
  constructor({ parentElement }) {
    this.caption = element('p', { class: 'caption', role: 'status' });
    this.words = element('div', { class: 'words' });
    this.play = element('button', { type: 'button', class: 'play', onclick: () => this.button()?.click() });
    const close = element('button', { type: 'button', class: 'close', 'aria-label': 'Close the introduction', text: '×',
      title: 'Close', onclick: () => this.component.setTriggerValue('closed', true) });
    this.doors = element('div', { class: 'doors' });
    this.root = element('div', { class: 'ffbp-front', role: 'region', 'aria-label': 'Introduction' },
      this.words, this.play, this.doors, close);
    parentElement.append(this.root);
    this.watcher = new MutationObserver(() => this.mark());
  }

  show(bytes) {
    if (this.content) return; // it is always the same
    this.content = JSON.parse(new TextDecoder().decode(bytes));
    const { name, sentence, player, doors } = this.content;
    this.doors.append(...Object.entries(doors).map(([door, text]) => element('button', { type: 'button', class: 'door',
      text, onclick: () => this.component.setTriggerValue('door', door) })));
    const title = element('strong', { class: 'name', text: name });
    this.words.append(title, element('span', { text: sentence }), this.caption);
    this.unfollow = follow(player, 'frame', () => this.mark());
    this.mark();
  }

  button() {
    return playerOf(this.content.player)?.querySelector('.timeline .play');
  }

  // Follow the player: the caption of its frame, and what its button does.
  mark() {
    const { captions, player } = this.content, box = playerOf(player);
    if (box && box !== this.box) this.watcher.observe(this.box = box, { attributeFilter: ['data-playing'] });
    const frame = +(box?.dataset.frame ?? 0), playing = box?.dataset.playing === 'true';
    const { text } = captions.findLast((caption) => caption.frame <= frame);
    if (this.caption.textContent !== text) this.caption.textContent = text;
    const label = playing ? 'Pause' : 'Play';
    this.root.classList.toggle('played', this.root.classList.contains('played') || playing);
    if (this.play.textContent === label) return;
    this.play.replaceChildren(icon(label.toLowerCase()), element('span', { text: label }));
  }

  close() {
    this.unfollow?.();
    this.watcher.disconnect();
    window.dispatchEvent(new Event('resize')); // there is more room for the panels
  }
}

export default mount(Front);
