"""What is measured after the picture is there: the strip of the steps, and stability when somebody asks for it."""

import numpy as np
from playwright.sync_api import expect

import ffbp
from ffbp.figures import palette
from ffbp.words.numbers import format_number

QUERY, CONFIG = "?lr=3&epochs=40", ffbp.Config(learning_rate=3.0, epochs=40)
COLOURS = """() => {
  const canvas = document.querySelector('.ffbp .panel.loss .strip'), pen = canvas.getContext('2d');
  return [...new Set(Array.from({ length: canvas.width }, (_, x) => {
    const [r, g, b] = pen.getImageData(x, 2, 1, 1).data;
    return '#' + [r, g, b].map((v) => v.toString(16).padStart(2, '0')).join('');
  }))];
}"""


def test_the_strip_and_stability_show_the_runs_own_numbers(playground):
    page = playground.open(QUERY).page
    run = ffbp.train(CONFIG)
    quality, stability = ffbp.step_quality(run), ffbp.stability(run)
    boxes = [page.locator(f".ffbp .panel.loss {part}") for part in (".clip", ".legend .entry >> nth=0")]
    before = [box.bounding_box() for box in boxes]
    page.locator(".ffbp .timeline").hover()  # it comes with the frames
    page.wait_for_selector(".ffbp .panel.loss .strip:not([hidden])")
    kinds = np.unique(quality.kinds[:-1])
    assert set(page.evaluate(COLOURS)) >= {palette.STEPS[kind] for kind in kinds}
    names = ("falling short", "about right", "across the valley")
    for kind in kinds:
        expect(page.locator(".ffbp .panel.loss .legend .entry").filter(has_text=names[kind])).to_be_visible()
    assert [box.bounding_box() for box in boxes] == before, "its legend had its place already"
    choice = page.locator(".ffbp .panel.gradients select")
    choice.select_option("stability")
    said = page.locator(".ffbp .panel.gradients .alternative")
    expect(said).to_contain_text(f"Stability at epoch 40: {format_number(np.float32(stability.ratio[-1]))}")
    page.keyboard.press("Home")
    playground.wait_frame(0)
    expect(said).to_contain_text(f"(sharpness {format_number(stability.sharpness[0])}, threshold 0.6667)")
    alpha = format_number(np.float32(quality.alpha[0]))
    expect(page.locator(".ffbp .panel.loss .alternative")).to_contain_text(
        f"The step from epoch 0: {names[quality.kinds[0]]}"
    )
    expect(page.locator(".ffbp .panel.loss .alternative")).to_contain_text(f"(α {alpha})")
    playground.wait_address("gradients=stability")
    # another run, at the link's quantity, with numbers of its own
    playground.go("?lr=1&epochs=40&gradients=stability")
    other = ffbp.stability(ffbp.train(ffbp.Config(learning_rate=1.0, epochs=40)))
    expect(said).to_contain_text(f"{format_number(other.sharpness[-1])}, threshold 2.000)")
