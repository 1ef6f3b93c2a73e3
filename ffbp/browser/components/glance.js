// A small picture of the boundary in the corner of a small screen, while the panel is out of sight: scrolled away or
// behind the sidebar. It shows the same moment, copied from the panel, and costs nothing while it is hidden. It comes
// when the numbers above the panels have been scrolled away, because it would cover them.

import { element } from '../dom.js';
import { formatNumber } from '../numbers.js';
import { follow } from '../players.js';

const LAPTOP = 1100; // pixels of the window's width
const OVERLAID = 768; // up to this width Streamlit's sidebar lies over the page
const ENOUGH = 0.35; // the share of the panel in sight that makes the small picture needless
const SIDEBAR = '[data-testid=stSidebar][data-collapsed=false]';

let glanceClosed = false; // by the person, until the page is loaded anew

export class Glance {
  constructor(player, id) {
    const cards = player.box.querySelector('.figures');
    Object.assign(this, { player, cards, past: !cards, panel: player.boundary.region.section });
    this.canvas = element('canvas', { 'aria-hidden': 'true' });
    this.words = element('p', { 'aria-hidden': 'true' });
    const close = { type: 'button', text: '×', 'aria-label': 'Close the small boundary', onclick: () => this.close() };
    const label = { class: 'ffbp-glance', hidden: '', 'aria-label': 'Decision boundary, small' };
    this.box = element('aside', label, element('button', close), this.canvas, this.words);
    document.body.append(this.box);
    this.seen = new IntersectionObserver((entries) => {
      for (const { target, intersectionRatio, isIntersecting, boundingClientRect: { top, height } } of entries) {
        if (target === this.panel) this.share = intersectionRatio;
        else if (target === this.cards) this.past = !height || (!isIntersecting && top < 0);
        else this.near = isIntersecting;
      }
      this.look();
    }, { threshold: [0, ENOUGH] });
    for (const part of [this.panel, this.cards, player.box].filter(Boolean)) this.seen.observe(part);
    this.turned = new MutationObserver(() => this.look());
    this.turned.observe(document.body, { subtree: true, attributeFilter: ['data-collapsed'] });
    this.stops = ['frame', 'shown'].map((type) => follow(id, type, () => this.paint()));
  }

  // The part of the window's width that an open sidebar covers, also while it still slides in.
  get covered() {
    const sidebar = document.querySelector(SIDEBAR);
    return sidebar ? Math.max(parseFloat(sidebar.style.width) || 0, sidebar.offsetWidth) : 0;
  }

  look() {
    const { covered, panel } = this, { left, width } = panel.getBoundingClientRect();
    const behind = window.innerWidth <= OVERLAID && covered - left > width / 2;
    const wanted = behind || (this.near && this.past && this.share < ENOUGH);
    this.box.hidden = glanceClosed || panel.hidden || window.innerWidth > LAPTOP || !wanted;
    this.box.style.setProperty('--free', `${window.innerWidth - covered}px`);
    this.paint();
  }

  paint() {
    const { box, canvas, player: { run, frame, theme, boundary: { stage: { under } } } } = this;
    if (box.hidden || !run || !under.width) return;
    for (const name of ['background', 'text', 'border']) box.style.setProperty(`--${name}`, theme[name]);
    const scale = window.devicePixelRatio || 1, width = Math.round(canvas.clientWidth * scale);
    const height = Math.round((width * under.height) / under.width);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d');
    context.clearRect(0, 0, width, height);
    context.drawImage(under, 0, 0, width, height);
    this.words.textContent = `epoch ${run.history.epoch[frame]}, loss ${formatNumber(run.history.train_loss[frame])}`;
    box.dataset.frame = frame;
  }

  close() {
    glanceClosed = true;
    this.look();
  }

  destroy() {
    for (const observer of [this.seen, this.turned]) observer.disconnect();
    for (const stop of this.stops) stop();
    this.box.remove();
  }
}
