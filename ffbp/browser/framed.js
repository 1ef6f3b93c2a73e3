// A player in a frame of another page tells that page how high to make it; RESIZING in export/embed.py hears it.

// Tell it needed() now, and whenever an element of the player's changes its size.
export function tellHeight(element, needed) {
  let told = 0;
  const tell = () => {
    const height = Math.ceil(needed());
    if (height !== told) window.parent.postMessage({ ffbp: { height } }, '*');
    told = height;
  };
  const observer = new ResizeObserver(tell);
  observer.observe(element);
  tell();
  return observer;
}
