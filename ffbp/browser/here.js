// Marks the bar's link to the page itself, for the eye and for a screen reader.

const LINKS = '.st-key-bar a';

// The first page has no name. Its link is relative, so its `pathname` would be that of any page.
const nameOf = (address) => address.split('?')[0].split('/').pop();

const isHere = (link) => nameOf(link.getAttribute('href')) === nameOf(window.location.pathname);

export const hereLink = () => [...document.querySelectorAll(LINKS)].find(isHere);

function mark() {
  for (const link of document.querySelectorAll(LINKS)) {
    if (!isHere(link)) link.removeAttribute('aria-current');
    else if (!link.hasAttribute('aria-current')) link.setAttribute('aria-current', 'page');
  }
}

// Mark it now and after each change of the page.
export function keepMarked() {
  let waiting = null;
  const soon = () => { waiting ??= requestAnimationFrame(() => { waiting = null; mark(); }); };
  new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
  soon();
}
