"""The dashboard: session, sidebar, runs, player and the sections of each page. The only room that uses Streamlit."""
