"""Sentences about the curvature of the loss and about steps along its directions."""

from ffbp.words.text import inside, listed


def curvature_at(n, number, percent):
    if n["sharpness"] != n["sharpness"]:
        return f"At epoch {n['epoch']} the curvature is not finite. Choose an earlier epoch."
    text = f"At epoch {n['epoch']} the sharpness is **{number(n['sharpness'])}**"
    if n["threshold"] == n["threshold"]:
        ratio = n["sharpness"] / n["threshold"]
        text += (
            f", and {inside(n['optimizer'])} bears **{number(n['threshold'])}** at the learning rate {number(n['rate'])}: "
            f"**stability {number(ratio)}**, {'beyond' if ratio > 1 else 'below'} the edge at 1"
        )
    text += "."
    if n["start"] is not None:
        text += f" The start of this run is unstable above the learning rate **{number(n['start'])}**."
    if n["negative"] is None:
        text += f" Of {n['n_params']:,} curvatures only the largest is measured."
    elif n["negative"]:
        verb = "is" if n["negative"] == 1 else "are"
        text += f" Of {n['n_params']} curvatures, **{n['negative']}** {verb} negative: there the loss bends down, as at a saddle."
    if n["kinks"]:
        text += f" At the kinks of {listed(n['kinks'])} the slope jumps; they count as straight."
    return text


def directions(n, number, percent):
    if not n["n"]:
        return "The loss bends up in no direction here, so nothing bounds the step."
    if n["diverging"]:
        count = "One direction diverges" if n["diverging"] == 1 else f"{n['diverging']} directions diverge"
        return f"{count} with this learning rate and momentum, for as long as the loss bends as it does here."
    return (
        f"All directions that bend up converge. The steepest halves its distance in **{number(n['steepest'])}** steps; the "
        f"slowest, with the curvature {number(n['curvature'])}, needs **{number(n['slowest'])}**."
    )


SENTENCES = {each.__name__: each for each in (curvature_at, directions)}
