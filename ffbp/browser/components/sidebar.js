// Closes the sidebar once where it would take more than a quarter of the window; Streamlit does so only on phones.

const ROOM = 1100; // pixels
const done = () => { document.ffbpSidebar = true; };

// The sidebar is looked for until it is there, but not after the person has done something, such as opened it.
export function closeSidebar() {
  for (const type of ['pointerdown', 'keydown']) window.addEventListener(type, done, { once: true, capture: true });
  closeIfOpen(100);
}

function closeIfOpen(tries) {
  if (document.ffbpSidebar || window.innerWidth >= ROOM) return;
  const sidebar = document.querySelector('[data-testid=stSidebar][data-collapsed=false]');
  const button = sidebar?.querySelector('[data-testid=stSidebarCollapseButton] button');
  document.ffbpSidebar = Boolean(button);
  if (button) button.click();
  else if (tries) setTimeout(() => closeIfOpen(tries - 1), 30);
}
