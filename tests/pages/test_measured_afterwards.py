"""What is measured of a run comes after its picture, when the player asks for it."""

import numpy as np
from apptest import playground

import ffbp
from ffbp.experiment.link import PANELS
from ffbp.figures.blob import arrays_of, header_of
from ffbp.ui.timeline import ASKED


def sent(app):
    """The kinds of all that the page carries to its player, in order, and the blobs of what was measured."""
    assert not app.exception
    blobs = [c.proto.bytes for c in app.get("bidi_component") if c.proto.component_name.endswith("ffbp_carrier")]
    headers = [header_of(blob) for blob in blobs]
    measured = [blob for blob, header in zip(blobs, headers, strict=True) if header["kind"] == "measured"]
    return [header["kind"] for header in headers], measured


def test_steps_and_stability_are_measured_when_the_player_asks_and_stay_in_the_order_in_which_it_asked():
    app, run = playground(epochs="20", lr="3"), ffbp.train(ffbp.Config(epochs=20, learning_rate=3.0))
    kinds, _ = sent(app)
    assert kinds == ["run", "refine"], "a run that nobody looks at for long is not measured"
    whose, asked = app.session_state[f"kept:{ASKED}"]
    assert whose[0] == "_".join(PANELS)
    assert asked == ()
    for asked in (("stability",), ("stability", "steps")):
        app.session_state[f"kept:{ASKED}"] = (whose, asked)
        kinds, measured = sent(app.run())
        assert kinds == ["run", "refine", *["measured"] * len(asked)]
    stability, steps = map(header_of, measured)
    found = arrays_of(measured[0])[stability["stability"]["trace"]["y"]["$"]]
    np.testing.assert_allclose(found, ffbp.stability(run).ratio, rtol=1e-6)
    assert arrays_of(measured[1])[steps["steps"]["kind"]["$"]].tolist() == ffbp.step_quality(run).kinds[:-1].tolist()
