// Runs the copy of Plotly that the server sent.

export default function ({ data }) {
  if (window.Plotly) return;
  const script = document.createElement('script');
  script.src = URL.createObjectURL(new Blob([data], { type: 'text/javascript' }));
  document.head.append(script);
}
