"""How every plotly chart at rest is shown: a picture button and nothing else, above all no upload to anybody's cloud."""

CONFIG = {
    "displayModeBar": "hover",
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "png", "scale": 2, "filename": "ffbp"},
    "displaylogo": False,
    "plotlyServerURL": "",
    "scrollZoom": False,
    "showTips": False,
}
