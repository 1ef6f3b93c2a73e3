"""The network as a diagram of a pass, on the pages Forward pass and Backpropagation."""

from collections.abc import Callable

from ffbp.core.network import Trace
from ffbp.figures import flow as pictures
from ffbp.figures.blob import as_text, with_id
from ffbp.ui.component import component
from ffbp.ui.moment import Moment
from ffbp.ui.session.state import session
from ffbp.words.numbers import format_number

VALUES = (
    "Units show a, edges w·a: thicker where it is larger, dashed purple where it is negative. The chosen unit has a thick border; "
    "click another to choose it. Hover to see all digits."
)


def forward_diagram(moment: Moment, *, key: str, title: str, choose: Callable | None = None) -> None:
    """The diagram of the moment's forward pass; ``choose(layer, unit)`` is called when a unit is clicked."""
    parts = pictures.drawn(moment.network, moment.trace, (moment.layer, moment.unit, None))
    content = forward_content(moment, moment.trace, parts)
    at = {"card": "forward", "l": moment.layer, "unit": moment.unit, "source": 0}
    content |= {"at": at, "captions": {"forward": f"{VALUES} {parts.left_out}".strip()}}

    def chosen(choice):
        if choose:
            choose(int(choice["l"]), int(choice["unit"]))

    mount(content, key=key, title=title, alternative=in_words(moment.trace), choose=chosen)


def forward_content(moment: Moment, trace: Trace, parts: pictures.Drawn) -> dict:
    """The numbers of a forward pass for the diagram."""
    names = moment.dataset.input_names, moment.output_names
    labels = [layer.activation.label for layer in moment.network.layers]
    return pictures.diagram(moment.network, trace, parts, names, labels)


def mount(content: dict, *, key: str, title: str, alternative: str, choose: Callable) -> None:
    """Draw the diagram; ``choose(choice)`` is called with what was chosen in it, before the fragment reruns."""

    def chosen():
        choice = session.sent(key).get("choice")
        if choice is not None and choice["n"] != session.recall(f"{key}:heard"):
            session.keep(choice["n"], f"{key}:heard")
            choose(choice)

    heard = session.recall(f"{key}:heard", 0)
    content |= {"title": title, "alternative": alternative, "file": key.replace(":", "-"), "heard": heard}
    component("flow")(key=key, data=with_id(as_text(content)), on_choice_change=chosen)


def in_words(trace: Trace) -> str:
    """The activations of every layer as text, of the first sample."""
    layers = []
    for l, A in enumerate(trace.A):
        values = ", ".join(format_number(a) for a in A[: pictures.MAX_UNITS, 0])
        more = " and more" if len(A) > pictures.MAX_UNITS else ""
        layers.append(f"{f'layer {l}' if l else 'inputs'}: {values}{more}")
    return f"Activations. {'; '.join(layers)}."
