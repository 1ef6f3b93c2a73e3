// The addresses of files that the server serves from folders of this package.

// A path below the app's own address, which is found by Streamlit's own files.
export function served(path) {
  const entry = [...document.scripts].map((script) => script.src).find((src) => src.includes('/static/js/'));
  return `${entry.slice(0, entry.lastIndexOf('/static/js/'))}/${path}`;
}
