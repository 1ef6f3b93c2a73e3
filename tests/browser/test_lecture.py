"""The lecture: moons, hidden units, a rate too high, vanishing gradients, overfitting, optimizers.

It is played from the bare address as a person would. A step has at most three actions, and its sentence is in sight.
"""

from playwright.sync_api import expect

from ffbp.experiment.fields import PENALTIES
from ffbp.lessons.front import CAPTIONS
from ffbp.lessons.presets import PRESETS

MOST = 3


class Lecture:
    """A person's clicks, counted."""

    def __init__(self, playground):
        self.playground, self.page, self.actions = playground, playground.page, 0

    def click(self, role, name, **more):
        self.actions += 1
        self.page.get_by_role(role, name=name, **more).first.click()

    def choose(self, name, position, shown):
        """Click on a slider's track at its value number ``position``, which is then shown as its text."""
        self.actions += 1
        group = self.page.get_by_role("group", name=name)
        slider, track = group.get_by_role("slider"), group.locator("[data-orientation]").first
        share = position / (float(slider.get_attribute("max")) / float(slider.get_attribute("step") or 1))
        box = track.bounding_box()
        track.click(position={"x": share * box["width"], "y": box["height"] / 2}, force=True)
        expect(group.get_by_test_id("stSliderThumbValue")).to_have_text(shown)

    def open(self, name):
        self.actions += 1
        self.page.get_by_text(name, exact=True).click()

    def experiment(self, key):
        self.click("button", "Experiments")
        self.click("button", PRESETS[key].label)

    def seen(self, sentence):
        """The step's sentence and its picture are in sight; the next step begins."""
        assert self.actions <= MOST
        self.actions = 0
        told = self.page.locator(".ffbp-front .caption, .ffbp-notices p")
        expect(told).to_contain_text(sentence)
        expect(told).to_be_in_viewport(ratio=1)
        assert told.evaluate("e => e.scrollHeight <= e.clientHeight + 2")  # no word is cut
        assert self.page.locator(".st-key-bar").bounding_box()["height"] < 50  # one line, also with the undo button
        for panel in ("boundary", "loss"):
            expect(self.page.locator(f".ffbp .{panel} .main-svg").first).to_be_in_viewport(ratio=0.9)


def test_the_lecture_is_played_from_the_bare_address(playground):
    lecture, page = Lecture(playground.open("")), playground.page

    lecture.click("button", "Play", exact=True)
    page.wait_for_function("() => document.querySelector('.ffbp .epoch').textContent === 'epoch 1000 / 1000'")
    lecture.seen(CAPTIONS[-1].text)

    lecture.choose("Hidden layers", 0, "0")
    lecture.seen("Without hidden units, nothing bends the boundary: it is a straight line")

    lecture.experiment("too_fast")
    lecture.seen("Dead units in epoch 1000: 8 of 10 in layer 1")

    lecture.experiment("vanishing")
    lecture.seen("the gradient of layer 1 is 5379 times smaller than that of layer 7")
    assert playground.epoch() == "epoch 0 / 1000"

    lecture.experiment("overfitting")
    lecture.seen("Overfitting: the test loss was best in epoch 2")
    lecture.open("More about training")
    lecture.choose("L2 penalty", PENALTIES.index(0.03), "0.03")
    lecture.seen("L2 penalty 0 → 0.03: at the end, training loss 6.415·10⁻⁴ → 0.2647, test loss 8.213 → 0.4157")

    lecture.click("button", "Reset everything")
    lecture.seen("At this learning rate, ten ReLU units bend the boundary only a little")
    lecture.click("button", "Keep")
    lecture.click("combobox", "Optimizer")
    lecture.click("option", "Adam", exact=True)
    lecture.seen("Optimizer Gradient descent → Adam: at the end, training loss 0.2531 → 0.08083")
    expect(page.locator(".ffbp .loss .legend .entry").filter(has_text="Optimizer Gradient descent")).to_be_visible()
