// Closes the sidebar once where it would take more than a quarter of the window; Streamlit does so only on phones.

const ROOM = 1100; // pixels

export function closeSidebar(tries = 100) {
  if (document.ffbpSidebar || window.innerWidth >= ROOM) return;
  const sidebar = document.querySelector('[data-testid=stSidebar][data-collapsed=false]');
  const button = sidebar?.querySelector('[data-testid=stSidebarCollapseButton] button');
  document.ffbpSidebar = Boolean(button);
  if (button) button.click();
  else if (tries) setTimeout(() => closeSidebar(tries - 1), 30);
}
