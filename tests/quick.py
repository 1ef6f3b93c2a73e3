"""A fast user: seeded sequences of changes in a browser at human speed, and checks of the page at rest.

At rest the address, the configuration, the controls, the panels and the copied link say the same, and each control has the
last value that was given to it. Any number of sequences: `python tests/quick.py --sequences 1000 --from 0`.
"""

import argparse
import random
import sys
import time
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))

import waiting

import ffbp
from ffbp.core.activations import ACTIVATIONS
from ffbp.core.optimizers import OPTIMIZERS
from ffbp.data.generators import DATASETS
from ffbp.experiment.link import INPUTS, VIEW
from ffbp.lessons.presets import PRESETS
from ffbp.words.numbers import format_number

FAST = "?samples=100&epochs=50"
SLOW = "?dataset=spiral&hidden=16-16&batch=8&epochs=100"
PAGES = {
    "Playground": "/",
    "Forward pass": "/forward_pass",
    "Backpropagation": "/backpropagation",
    "Your data": "/data",
}
UNDECIDED = 2.0  # seconds: a change so shortly before Back, or before a preset, may come after it
REST = 0.8  # seconds in which nothing changes

WATCH = """
window.moves = [];
window.addEventListener('popstate', () => window.moves.push(location.search), true);
Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { window.copied = text; } } });
"""
CONTROLLED = ":is([data-testid=stSidebar], .st-key-strip)"  # where the controls are
READ = """label => {
  const places = '[data-testid=stSidebar] input, .st-key-strip input, [data-testid=stMain] [data-testid$=Input] input';
  const input = [...document.querySelectorAll(places)].find((e) => e.getAttribute('aria-label') === label);
  if (!input) return null;
  if (input.type === 'range') return input.getAttribute('aria-valuetext');
  return input.type === 'checkbox' ? String(input.checked) : input.value;
}"""
STATE = """() => [
  document.querySelector('[data-testid=stApp]').dataset.testScriptState, location.href,
  document.querySelector('.ffbp')?.dataset.run, document.querySelector('.ffbp')?.dataset.frame,
]"""


def _key_of(registry):
    keys = {entry.label: key for key, entry in registry.items()}
    return keys.get


def _whole_or_full(text):
    return None if text == "full" else int(text)


# What each control is called: its kind, the field it shows, and its text as the field's value.
CONTROLS = {
    "Noise": ("slider", lambda c: c.noise, float),
    "Samples": ("slider", lambda c: c.n_samples, int),
    "Test share": ("slider", lambda c: c.test_size, float),
    "Hidden layers": ("slider", lambda c: len(c.hidden), int),
    "Learning rate η": ("slider", lambda c: c.learning_rate, float),
    "Epochs": ("slider", lambda c: c.epochs, int),
    "Batch size": ("slider", lambda c: c.batch_size, _whole_or_full),
    "L2 penalty": ("slider", lambda c: c.l2, float),
    "Layer 1": ("number", lambda c: c.hidden[0] if c.hidden else None, int),
    "Seed": ("number", lambda c: c.seed, int),
    "Dataset": ("select", lambda c: c.dataset, _key_of(DATASETS)),
    "Activation": ("select", lambda c: c.activation, _key_of(ACTIVATIONS)),
    "Optimizer": ("select", lambda c: c.optimizer, _key_of(OPTIMIZERS)),
    "Shuffle each epoch": ("checkbox", lambda c: c.shuffle, "true".__eq__),
}
CHOICES = {
    "Dataset": ("Moons", "Circles"),
    "Activation": ("ReLU", "Tanh", "Sigmoid"),
    "Optimizer": tuple(entry.label for entry in OPTIMIZERS.values()),
}
SHORT_PRESETS = ("reference", "xor_by_hand")


@lru_cache(64)
def _history(config):
    return ffbp.train(config).history


class Hand:
    """One user at one page. ``given``: the last value of each control, as (values that may hold, when)."""

    def __init__(self, page, address, seed):
        self.random, self.page, self.address, self.seed = random.Random(seed), page, address, seed
        self.given, self.log, self.first = {}, [], 0
        names = self.random.sample(sorted(CONTROLS), self.random.randint(2, 5))
        if "Hidden layers" in names and "Layer 1" in names:
            names.remove("Layer 1")  # the number of layers decides whether it exists
        self.names = names

    def open(self, query=None):
        query = query or self.random.choice((FAST, FAST, SLOW))
        self.page.goto(self.address + "/" + query)
        self.page.evaluate(WATCH)
        self.log.append(query)
        self.ready()
        for more in ("More about the data", "More about training"):
            self.page.get_by_text(more, exact=True).click()
        self.rest()
        self.first = self.page.evaluate("navigation.currentEntry.index")
        return self

    def ready(self):
        self.page.wait_for_selector(".ffbp[data-run]")

    # What the hand does

    def act(self):
        """Make one random change."""
        kinds = ["control"] * 12 + [
            "back",
            "back",
            "forward",
            "preset",
            "page",
            "timeline",
            "panel",
            "points",
            "inputs",
        ]
        getattr(self, f"_{self.random.choice(kinds)}")()

    def pause(self):
        self.page.wait_for_timeout(self.random.choice((0, 0, 40, 60, 100, 150, 250, 300, 400, 450, 600)))

    def _note(self, what):
        self.log.append(f"{time.monotonic() % 1000:7.2f} {what}")

    def _control(self):
        name = self.random.choice(self.names)
        if self.page.evaluate(READ, name) is None:
            return  # it does not apply at the moment
        getattr(self, f"_{CONTROLS[name][0]}")(name)
        text = self.page.evaluate(READ, name)
        if text is not None:
            self.given[name] = ({CONTROLS[name][2](text)}, time.monotonic())
        self._note(f"{name} = {text}")

    def _field(self, name):
        return self.page.locator(f'{CONTROLLED} input[aria-label="{name}"]')

    def _slider(self, name):
        if self.random.random() < 0.25:
            track = self.page.locator(f"{CONTROLLED} [data-testid=stSlider]").filter(has_text=name).first
            self._field(name).focus()  # comes into view, also if the slider is drawn anew meanwhile
            box = track.get_by_role("group").first.bounding_box()
            self.page.mouse.click(box["x"] + box["width"] * self.random.random(), box["y"] + 10)
            return
        self._field(name).focus()
        key = self.random.choice(("ArrowLeft", "ArrowRight"))
        for _ in range(self.random.randint(1, 4)):
            self.page.keyboard.press(key)
            self.page.wait_for_timeout(self.random.choice((0, 30, 120, 250)))

    def _number(self, name):
        field = self._field(name)
        field.click(click_count=3)
        self.page.keyboard.type(str(self.random.randint(2, 12)))
        self.page.keyboard.press(self.random.choice(("Enter", "Tab")))

    def _select(self, name):
        self._choose(name, self.random.choice(CHOICES[name]))

    def _choose(self, name, label):
        field = self._field(name)
        field.click()
        try:
            self.page.get_by_role("option", name=label, exact=True).click(timeout=3000)
        except Exception:  # the list was closed by what came in between; a person would see that
            self.page.keyboard.press("Escape")

    def _checkbox(self, name):
        self.page.locator("[data-testid=stSidebar] [data-testid=stCheckbox]").filter(has_text=name).locator(
            "label"
        ).click()

    def _decided(self, config, what):
        """Note that an action set every control."""
        now = time.monotonic()
        for name, (values, when) in list(self.given.items()):
            if now - when > UNDECIDED:
                del self.given[name]
            else:
                self.given[name] = (values | {CONTROLS[name][1](config)}, when)
        for name in CONTROLS:
            self.given.setdefault(name, ({CONTROLS[name][1](config)}, now))
        self._note(what)

    def _preset(self):
        key = self.random.choice(SHORT_PRESETS)
        self.page.get_by_role("button", name="Experiments").click()
        self.page.get_by_role("dialog").get_by_role("button", name=PRESETS[key].label).click()
        self._decided(PRESETS[key].config, f"preset {key}")

    def _back(self):
        if self.page.evaluate("navigation.currentEntry.index") > self.first:
            self._move("back")

    def _forward(self):
        if self.page.evaluate("navigation.canGoForward"):
            self._move("forward")

    def _move(self, way):
        before = self.page.evaluate(f"window.moves.length + 0 * (history.{way}(), 0)")
        self.page.wait_for_function("n => window.moves.length > n", arg=before)
        search = self.page.evaluate("window.moves[window.moves.length - 1]")
        self._decided(config_of(search)[0], f"{way} to {search}")

    def _page(self):
        name = self.random.choice(list(PAGES))
        self._note(f"page {name}")
        self.page.locator(".st-key-bar [data-testid=stPageLink]").filter(has_text=name).locator("a").click()
        self.page.wait_for_function("path => location.pathname === path", arg=PAGES[name])
        self.ready()

    def _timeline(self):
        self._note("timeline")
        for _ in range(self.random.randint(1, 3)):
            self.page.locator(".ffbp .back").first.click()

    def _panel(self):
        menu = self.page.locator(".ffbp .boundary details.menu")
        if menu.count():
            self._note("panel")
            menu.evaluate("(menu) => { menu.open = true; }")
            menu.locator("input[type=checkbox]").first.click()

    def _points(self):
        """Draw points, clear them, undo."""
        names = ("Start from this dataset", "Clear", "Undo")
        found = [self.page.get_by_role("button", name=name, exact=True) for name in names]
        if ready := [button for button in found if button.count() and button.is_enabled()]:
            button = self.random.choice(ready)
            self._note(f"points {button}")
            button.click()

    def _inputs(self):
        """Choose a sample by its row, or type an input."""
        name = self.random.choice(("Sample", "x1", "x2"))
        field = self.page.locator(f'[data-testid=stMain] input[aria-label="{name}"]')
        if field.count():
            field.fill(str(self.random.randint(0, 40) if name == "Sample" else self.random.randint(-90, 90) / 100))
            field.press(self.random.choice(("Enter", "Tab")))
            self._note(f"{name} = {self.page.evaluate(READ, name)}")

    # What is true when it rests

    def rest(self):
        """Wait until nothing changes."""
        end, last, since = time.monotonic() + waiting.SECONDS, None, time.monotonic()
        while time.monotonic() < end:
            now = self.page.evaluate(STATE)
            if now != last or now[0] != "notRunning":
                last, since = now, time.monotonic()
            if time.monotonic() - since > REST:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"seed {self.seed} does not come to rest: {self.log}")

    def problems(self) -> list[str]:
        """The problems of the page at rest."""
        self.rest()
        url, found = self.page.url, []
        config, warnings = config_of(urlsplit(url).query)
        found += [f"the address is wrong: {warning}" for warning in warnings]
        for name, (_, field, read) in CONTROLS.items():
            text = self.page.evaluate(READ, name)
            if text is None:
                continue
            if read(text) != field(config):
                found.append(f"{name} shows {text}, the address has {field(config)}")
            if name in self.given and field(config) not in self.given[name][0]:
                found.append(f"{name} is {field(config)} in the address, was given {self.given[name][0]}")
        view = dict(parse_qsl(urlsplit(url).query))
        shown = {name: self.page.evaluate(READ, name) for name in ("Sample", "x1", "x2")}
        if shown["Sample"] is not None and shown["Sample"] != view.get(
            "sample", "" if INPUTS in view else shown["Sample"]
        ):
            found.append(f"the sample is {shown['Sample']}, in the address {view.get('sample')}")
        for name, number in zip(("x1", "x2"), view.get(INPUTS, "").split("_"), strict=False):
            if shown[name] is not None and number and format_number(float(shown[name])) != format_number(float(number)):
                found.append(f"{name} is {shown[name]}, in the address {number}")
        frame, history = int(self.page.get_attribute(".ffbp", "data-frame")), _history(config)
        last = len(history.epoch) - 1
        if frame != int(view.get("frame", last)):
            found.append(f"the player is at frame {frame}, the address is not")
        if frame > last:
            return [*found, f"the player shows frame {frame} of a run that has {last + 1}"]
        shown = self.page.inner_text(".ffbp .figures dd >> nth=0"), self.page.inner_text(".ffbp .epoch")
        wanted = format_number(history.train_loss[frame]), f"epoch {history.epoch[frame]} / {config.epochs}"
        if shown != wanted:
            found.append(f"the panels show {shown}, the address's run has {wanted}")
        self.page.locator(".ffbp").get_by_role("button", name="Copy link").first.click()
        if (copied := self.page.evaluate("window.copied")) != url:
            found.append(f"the copied link is {copied}")
        return found


def config_of(search: str):
    """The configuration of an address's query, and its problems."""
    params = dict(parse_qsl(search.removeprefix("?"), keep_blank_values=True))
    return ffbp.Config.from_params({k: v for k, v in params.items() if k not in VIEW and k != INPUTS})


def play(context, address, seed, n_tabs=1) -> list[str]:
    """Run one sequence in each of ``n_tabs`` tabs of one browser, in turns; return problems with the actions before."""
    hands = [Hand(context.new_page(), address, seed * 1000 + tab).open() for tab in range(n_tabs)]
    for _ in range(random.Random(seed).randint(4, 9)):
        for hand in hands:
            if n_tabs > 1:
                hand.page.bring_to_front()
            hand.act()
            hand.pause()
    problems = []
    for hand in hands:
        if n_tabs > 1:
            hand.page.bring_to_front()
        if found := hand.problems():
            problems.append(f"seed {seed}: {found}\n    " + "\n    ".join([*hand.log, hand.page.url]))
        hand.page.close()
    return problems


def main():
    import chromium
    from browsing import serving
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=100)
    parser.add_argument("--from", type=int, default=0, dest="first")
    options = parser.parse_args()
    failed = 0
    with serving() as address, sync_playwright() as playwright:
        browser = waiting.patient(
            playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox", "--disable-gpu"])
        )
        for seed in range(options.first, options.first + options.sequences):
            context = browser.new_context(viewport={"width": 1366, "height": 768})
            try:
                problems = play(context, address, seed, n_tabs=2 if seed % 8 == 7 else 1)
            except Exception as error:
                problems = [f"seed {seed}: {error}"]
            context.close()
            failed += bool(problems)
            for problem in problems:
                print(problem, flush=True)
            if (n := seed - options.first + 1) % 25 == 0:
                print(f"{n} sequences, {failed} failed", flush=True)
        browser.close()
    print(f"{options.sequences - failed} passed, {failed} failed")
    raise SystemExit(failed > 0)


if __name__ == "__main__":
    main()
