"""Pictures of a run: arrays in, plotly figures out, and the packed run that the player draws."""

from ffbp.figures.charts import boundary_chart, gradient_chart, loss_chart
from ffbp.figures.numbers import format_number, format_percent
from ffbp.figures.pack import pack_refinement, pack_run

__all__ = [
    "boundary_chart",
    "format_number",
    "format_percent",
    "gradient_chart",
    "loss_chart",
    "pack_refinement",
    "pack_run",
]
