"""The dashboard's own parts: the session, the sidebar, runs, the player, and each page's sections. All of Streamlit is here."""
