"""The sidebar: the choices that apply to the experiment, in three groups, the important ones always visible."""
