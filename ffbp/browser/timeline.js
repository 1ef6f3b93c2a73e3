// The controls of a player's clock (buttons, slider, epoch, speed) and the button that copies a link.

import { element, icon } from './dom.js';
import { formatNumber } from './numbers.js';

const COPY = 'Copy link';
const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4];
const PACE_NAMES = { log: 'log time', even: 'even time' };
const PACE_HELP = 'Playing time. Log: half of it for the first tenth of the epochs, where most happens. '
  + 'Even: the same for every recorded epoch.';

const KEEP_HELP = 'Keep this run\'s curves and boundary in grey behind the next ones, up to three';

const BRANCH_HELP = 'Branch here: compare this run with one that goes on from this epoch with something changed';

const PRESENT_HELP = 'Network and boundary alone in the window, with large letters for a lecture hall';
const LEAVE_HELP = 'Back to the whole page (Escape)';

export class Timeline {
  // link(): the address that the button copies, by default the page's own.
  constructor(player, link = () => window.location.href) {
    this.player = player;
    this.link = link;
    const { clock } = player;
    const button = (name, label, key, onclick) => {
      const options = { type: 'button', class: name, 'aria-label': label, title: `${label} (${key})`, onclick };
      return element('button', options, icon(name));
    };
    this.play = button('play', 'Play', 'space', () => clock.toggle());
    this.slider = element('input', {
      type: 'range', min: 0, max: 0, value: 0, step: 1, 'aria-label': 'Epoch shown',
      oninput: () => this.slide(), onchange: () => clock.rest(),
    });
    this.epoch = element('output', { class: 'epoch' });
    const setSpeed = () => clock.setSpeed(+this.speed.value);
    this.speed = element('select', { 'aria-label': 'Speed', title: 'Speed', onchange: setSpeed },
      ...SPEEDS.map((s) => element('option', { value: s, text: `${s}×` })));
    const setPace = () => clock.setPace(this.pace.value);
    this.pace = element('select', { class: 'pace', 'aria-label': 'Playing time', title: PACE_HELP, onchange: setPace },
      ...Object.entries(PACE_NAMES).map(([value, text]) => element('option', { value, text })));
    const keep = { class: 'wide keep', title: KEEP_HELP, onclick: () => player.keep() };
    this.keep = element('button', { type: 'button', ...keep });
    this.keep.hidden = !player.options.onWant || !player.options.panels.includes('loss'); // a handout has one run
    const { onBranch } = player.options;
    const branch = { class: 'wide branch', title: BRANCH_HELP, 'aria-label': 'Branch here', text: 'Branch' };
    this.branch = element('button', { type: 'button', ...branch, onclick: () => onBranch(player.frame) });
    this.branch.hidden = !onBranch || !player.options.panels.includes('network');
    const { presenter } = player;
    this.present = element('button', { type: 'button', class: 'wide present', onclick: () => presenter.toggle() });
    this.present.hidden = !presenter.possible;
    this.showPresenting(false);
    this.copy = element('button', { type: 'button', class: 'wide copy', text: COPY, onclick: () => this.copyLink() });
    const label = 'Link to this experiment';
    this.field = element('input', { class: 'link', readonly: '', hidden: '', 'aria-label': label });
    this.box = element('div', { class: 'timeline', role: 'group', 'aria-label': 'Timeline' },
      button('first', 'First epoch', 'Home', () => clock.jump(0)),
      button('back', 'Previous recorded epoch', '←', () => clock.jump(clock.frame - 1)),
      this.play,
      button('forward', 'Next recorded epoch', '→', () => clock.jump(clock.frame + 1)),
      button('last', 'Last epoch', 'End', () => clock.jump(Infinity)),
      this.slider, this.epoch, this.speed, this.pace, this.keep, this.branch, this.copy, this.field, this.present,
      button('keys', 'Keys', '?', () => player.keys.open(player.box)));
    for (const type of ['pointerenter', 'focusin']) this.box.addEventListener(type, () => player.want());
  }

  slide() {
    const { player } = this;
    player.clock.pause();
    player.go(+this.slider.value);
  }

  show(run) {
    this.run = run;
    this.slider.max = run.n_frames - 1;
    this.showKept();
  }

  showKept() {
    const kept = this.player.kept.has(this.run);
    this.keep.textContent = kept ? 'Kept' : 'Keep';
    this.keep.setAttribute('aria-pressed', kept);
  }

  showPresenting(on) {
    this.present.textContent = on ? 'Leave' : 'Present';
    this.present.title = on ? LEAVE_HELP : PRESENT_HELP;
  }

  paint(frame) {
    const { run: { history, n_epochs }, slider, player: { options: { quiet } } } = this;
    slider.value = frame;
    this.epoch.textContent = `epoch ${history.epoch[frame]} / ${n_epochs}`;
    const loss = quiet ? '' : `, training loss ${formatNumber(history.train_loss[frame])}`;
    slider.setAttribute('aria-valuetext', `epoch ${history.epoch[frame]} of ${n_epochs}${loss}`);
  }

  changed({ playing, speed, pace }) {
    const label = playing ? 'Pause' : 'Play';
    this.play.replaceChildren(icon(playing ? 'pause' : 'play'));
    this.play.setAttribute('aria-label', label);
    this.play.title = `${label} (space)`;
    this.speed.value = speed;
    this.pace.value = pace;
  }

  async copyLink() {
    const { copy, field } = this, link = this.link();
    try {
      await navigator.clipboard.writeText(link); // missing on plain http
      copy.textContent = 'Copied';
      setTimeout(() => { copy.textContent = COPY; }, 1500);
    } catch {
      field.hidden = false;
      field.value = link;
      field.focus();
      field.select();
      copy.textContent = 'Press Ctrl+C';
      const close = () => { field.hidden = true; copy.textContent = COPY; };
      field.addEventListener('blur', close, { once: true });
    }
  }
}
