"""What is measured of a run comes after its picture, and sharpness only when somebody wants to see it."""

import numpy as np
from apptest import playground

import ffbp
from ffbp.experiment.link import PANELS
from ffbp.figures.blob import arrays_of, header_of


def sent(app):
    """The kinds of all that the page carries to its player, in order, and the blobs of what was measured."""
    assert not app.exception
    blobs = [c.proto.bytes for c in app.get("bidi_component") if c.proto.component_name.endswith("ffbp_carrier")]
    headers = [header_of(blob) for blob in blobs]
    measured = [blob for blob, header in zip(blobs, headers, strict=True) if header["kind"] == "measured"]
    return [header["kind"] for header in headers], measured


def test_the_steps_are_the_last_that_a_page_sends_and_sharpness_is_not_measured_unasked():
    app, run = playground(epochs="20", lr="3"), ffbp.train(ffbp.Config(epochs=20, learning_rate=3.0))
    kinds, (steps,) = sent(app)
    assert kinds == ["run", "refine", "measured"]
    header, arrays = header_of(steps), arrays_of(steps)
    assert arrays[header["steps"]["kind"]["$"]].tolist() == ffbp.step_quality(run).kinds[:-1].tolist()
    app.session_state["kept:player:measure"] = ("_".join(PANELS), header["run"])
    kinds, measured = sent(app.run())
    assert kinds == ["run", "refine", "measured", "measured"]
    stability = header_of(measured[0])["stability"]
    found = arrays_of(measured[0])[stability["trace"]["y"]["$"]]
    np.testing.assert_allclose(found, ffbp.stability(run).ratio, rtol=1e-6)
    assert app.get("bidi_component")[-1].proto.bytes == measured[1] == steps
