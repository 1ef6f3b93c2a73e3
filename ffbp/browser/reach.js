// Formulas, code and tables that are larger than their place scroll. They become tab stops: keys can scroll them.

const FORMULA = '.katex-display', CODE = '[data-testid="stCode"] pre', TABLE = '.versus';
const SLACK = 4; // pixels by which KaTeX's boxes stick out, although they hide nothing
const LOOK = 500; // milliseconds from a change of the page to the next look at it

function makeReachable(region, name, scrolls) {
  if (scrolls === (region.tabIndex === 0)) return;
  const attributes = { tabindex: 0, role: 'group', 'aria-label': name };
  for (const [key, value] of Object.entries(attributes)) {
    if (scrolls) region.setAttribute(key, value); else region.removeAttribute(key);
  }
  const scrollsByKey = (event) => { if (event.key.startsWith('Arrow')) event.stopPropagation(); }; // not the timeline's
  region.onkeydown = scrolls ? scrollsByKey : null;
}

function look() {
  for (const region of document.querySelectorAll(FORMULA)) {
    const scrolls = region.scrollWidth - region.clientWidth > SLACK;
    region.style.overflowX = scrolls ? 'auto' : 'hidden';
    makeReachable(region, 'Formula', scrolls);
  }
  for (const region of document.querySelectorAll(CODE)) {
    const scrolls = region.scrollWidth > region.clientWidth || region.scrollHeight > region.clientHeight;
    makeReachable(region, 'Code', scrolls);
  }
  for (const region of document.querySelectorAll(TABLE)) {
    makeReachable(region, 'Numbers of A and B', region.scrollWidth > region.clientWidth);
  }
}

// Look at the page now and after each change of it.
export function keepReachable() {
  let waiting = null;
  const soon = () => { waiting ??= setTimeout(() => { waiting = null; look(); }, LOOK); };
  new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
  window.addEventListener('resize', soon);
  soon();
}
