// Runs the copy of Plotly sent by the server.

export default function ({ data }) {
  if (window.Plotly) return;
  const script = document.createElement('script');
  script.src = URL.createObjectURL(new Blob([data], { type: 'text/javascript' }));
  document.head.append(script);
}
