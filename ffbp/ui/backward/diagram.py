"""The diagram of the Backpropagation page: the steps, and for each of them the numbers in the units and on the edges."""

from ffbp.analysis.diverging import diverging
from ffbp.analysis.step import preview_update
from ffbp.figures import flow as pictures
from ffbp.ui.backward.choosing import BATCH, CARDS, Gradient, go_to
from ffbp.ui.flow import forward_content, in_words, mount

EDGES = "thicker where the size is larger, dashed where it is negative"
CAPTIONS = {
    "forward": "Units show a{mean}, edges w·a: {edges}. Click a unit or an edge to choose it.",
    "loss": "The loss compares the outputs with the target. Backward starts there.",
    "layer": "Units show δ{sum}. Edges into layer {l} show its gradients dW = δ aᵀ, edges out of it w·δ, which flows back.{shut}",
    "weight": "Highlighted: dW is the incoming a times the unit’s δ. To the right: the deltas from which this δ is computed.",
    "samples": "Units show δ{sum}, edges the gradient dW, of {whose}. Click an edge to see what each sample contributes.",
    "update": "Edges show the change of each weight in the next step, units the change of their bias.",
}
SHUT = " A dashed rim: g′ = 0, so nothing passes."


@diverging()
def diagram(moment: Gradient) -> None:
    """Draw the diagram; a click chooses a step, a unit or a weight."""
    p, gradient = moment.p, moment.weight
    source = moment.source if moment.source <= moment.network.layers[moment.layer - 1].n_in else None
    parts = pictures.drawn(moment.network, moment.trace, (moment.layer, moment.unit, source))
    content = pictures.with_gradient(
        forward_content(moment, p.trace, parts), p, parts, hidden=gradient if moment.hidden else None
    )
    if moment.mode == BATCH:  # another gradient belongs to no step of the training
        after = preview_update(moment.training)
        hidden = gradient if moment.new_hidden else None
        content = pictures.with_update(content, p.network, after, parts, hidden=hidden)
    captions = {card: _caption(card, moment) for card in CARDS}
    if parts.left_out:
        captions["forward"] += f" {parts.left_out}"
    at = {"card": moment.card, "l": moment.layer, "unit": moment.unit, "source": moment.source}
    content |= {"at": at, "captions": captions}
    mount(
        content,
        key="backward:flow",
        title=f"The network, {moment.whose}",
        alternative=in_words(p.trace),
        choose=_chosen,
    )


def _caption(card, moment):
    several = moment.p.n > 1
    texts = {
        "mean": " (the mean over the samples)" if several else "",
        "sum": " (the sum over the samples)" if several else "",
        "shut": "" if several else SHUT,
        "edges": EDGES,
        "whose": moment.whose,
        "l": "{l}",
    }
    return CAPTIONS[card].format(**texts)


def _chosen(choice):
    l, unit, source = (max(1, int(choice[name])) for name in ("l", "unit", "source"))
    go_to(l, unit, source, str(choice["card"]))
