"""A class link and the plan for an hour in the terminal: what they hold, and one message for bad input."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from ffbp.experiment import link
from ffbp.experiment.class_link import LISTS, ClassLink
from ffbp.export.plan import plan
from ffbp.export.qr import BORDER, as_svg, as_text, n_squares, qr_code
from ffbp.lessons.hour import FILE, Hour, Step, read_hour, unpacked
from ffbp.terminal.class_link import base_of

HERE = "http://localhost:8501/"
THERE = "https://ffbp.example/sub/"
PAGES = ["" if name == "playground" else name for name in LISTS["pages"]]


def params_of(address):
    return dict(parse_qsl(urlsplit(address).query))


def test_a_class_link_holds_the_experiment_and_the_task(tour):
    task = ("--pages", "playground,forward_pass", "--free", "learning_rate,epochs", "--fixed", "all", "--comma")
    asked = ("--ask", "z[1][2]; end_loss; z.1.2", "--cover", "boundary,scores", "--say", "Which rate?")
    code, out, err = tour(
        "--lr", 0.3, "--class-link", "forward_pass", *task, *asked, "--address", "https://ffbp.example/sub"
    )
    assert (code, err) == (0, "")
    address, *picture, about = out.splitlines()
    assert address.startswith(f"{THERE}forward_pass?")
    config, view, problems = link.read(params_of(address))
    assert (problems, config.learning_rate) == ([], 0.3)
    assert view.class_link == ClassLink(
        pages=("playground", "forward_pass"), free=("lr", "epochs"), rest_fixed=True, comma=True,
        ask=("z.1.2", "end_loss"), cover=("boundary", "scores"), say="Which rate?",
    )  # fmt: skip
    assert "\n".join(picture) == as_text(qr_code(address))
    assert about.startswith(f"{len(address)} characters, {n_squares(qr_code(address))} squares a side.")


def test_the_blocks_of_a_qr_code_are_its_squares():
    code = qr_code(THERE)
    lines = as_text(code).splitlines()
    upper, lower = ([[block in blocks for block in line] for line in lines] for blocks in ("▀█", "▄█"))
    rows = [row for pair in zip(upper, lower, strict=True) for row in pair]
    assert rows[:-1] == [[bool(square) for square in row] for row in code.matrix_iter(border=BORDER)]
    assert not any(rows[-1])


def test_what_a_link_brings_is_kept_unless_an_option_replaces_it(tour):
    given = f"{THERE}compare?lr=3&frame=0&sample=4&say=Why%3F&free=lr&view=race&teach=link"
    code, out, err = tour("--link", given, "--class-link", "--free", "none", "--quiet")
    assert (code, err) == (0, "")
    assert out.splitlines() == [f"{THERE}?lr=3&frame=0&sample=4&free=none&say=Why%3F"]
    out, err = tour("--class-link", "compare", "--link", "?view=race", "--pages", "data")[1:]
    assert out.startswith(f"{HERE}compare?view=race&pages=compare-data\n"), "the page where it opens is open"
    assert "opens on this computer alone; for your class, add --address" in err


def test_answers_in_a_link_that_was_tried_do_not_go_out_to_the_class(tour):
    tried = f"{THERE}?ask=end_loss&cover=scores&given=w0.3"
    assert ClassLink.from_params(params_of(tried))[0].given
    out = tour("--link", tried, "--class-link", "--quiet")[1]
    assert out.splitlines() == [f"{THERE}?cover=scores&ask=end_loss"]


def test_what_stays_hidden_for_good_is_said(tour):
    code, out, err = tour("--class-link", "--cover", "loss", "--address", THERE)
    assert (code, out.splitlines()[0]) == (0, f"{THERE}?cover=loss")
    assert err == "python -m ffbp: note: nothing is asked, so what is covered stays hidden; add --ask or --say\n"
    assert tour("--class-link", "--cover", "loss", "--say", "Why?", "--address", THERE)[2] == ""


@pytest.mark.parametrize(
    ("address", "links", "expected"),
    [
        ("https://a.example", (), "https://a.example/"),
        ("https://a.example/x/data?lr=1", (f"{THERE}?lr=1",), "https://a.example/x/"),
        (None, ("?lr=1", f"{THERE}?lr=1", "https://b.example"), THERE),
        (None, ("lr=1", None, "http://["), HERE),
    ],
)
def test_the_base_is_the_given_address_or_that_of_the_first_full_link(address, links, expected):
    assert base_of(address, *links) == expected


def test_the_qr_code_is_written_as_svg_if_that_is_wanted(tour, tmp_path):
    path = tmp_path / "codes" / "class.svg"
    code, out, err = tour("--class-link", "--qr", path, "--address", THERE)
    address = f"{THERE}?dataset=moons"
    assert (code, err, out.splitlines()) == (0, "", [address, f"Written: {path}"])
    assert path.read_text("utf-8") == as_svg(qr_code(address))


def test_a_link_that_is_too_long_for_a_qr_code_says_so(tour, tmp_path):
    theta = "_".join(f"{(i + 1) / 997!r}" for i in range(197))
    long = ("--hidden", 49, "--theta", theta, "--class-link", "--address", THERE)
    code, out, err = tour(*long)
    address, about = out.splitlines()
    assert (code, err) == (0, "")
    assert about == f"No QR code: a QR code holds at most 2,953 characters, and this link has {len(address):,}."
    code, _, err = tour(*long, "--qr", tmp_path / "x.svg")
    assert code == 2
    assert "--qr must be left out here: a QR code holds at most" in err


def test_a_file_is_not_in_the_link_and_that_is_said(tour, tmp_path):
    table = tmp_path / "points.csv"
    table.write_text("a,b,kind\n" + "".join(f"{k % 5},{k % 3},{k % 2}\n" for k in range(30)), encoding="utf-8")
    code, out, err = tour("--file", table, "--class-link", "--address", THERE)
    assert code == 0
    assert "file=points.csv" in out
    assert "a link cannot contain the file 'points.csv'; send it to your class, too" in err


LIST = """# an hour
5 ?dataset=spiral&say=Why%3F
20 https://ffbp.example/sub/forward_pass?frame=0 One unit | Let them compute it.

0 data?dataset=iris
"""


def test_a_list_of_links_becomes_a_plan_and_a_running_order(tour, tmp_path):
    path = tmp_path / "steps.txt"
    path.write_text(LIST, encoding="utf-8")
    own = ("--begins", "10:15", "--title", "My hour", "--paper", "Letter", "--out", tmp_path / "hour")
    code, out, err = tour("--plan", path, *own)
    assert (code, err) == (0, "")
    steps = (
        Step("Why?", "?dataset=spiral&say=Why%3F"),
        Step("One unit", "forward_pass?frame=0", 20, "Let them compute it."),
        Step("Your data", "data?dataset=iris", 0),
    )
    hour = Hour("My hour", "10:15", steps)
    assert read_hour((tmp_path / "hour" / FILE).read_text("utf-8"), PAGES) == hour
    text = (tmp_path / "hour" / "plan.html").read_text("utf-8")
    whole = text.rpartition('<p><a href="')[2].partition('"')[0].replace("&amp;", "&")
    assert text == plan(hour, paper="Letter", address_of=lambda step: f"{THERE}{step.link}", link=whole)
    assert unpacked(params_of(whole)["order"], PAGES).steps[0] == steps[0]
    assert "My hour: 3 steps, 25 minutes." in out
    code, _, err = tour("--plan", tmp_path / "hour" / FILE, "--address", THERE, "--out", tmp_path / "again")
    assert (code, err) == (0, ""), "a saved running order, too"
    again = (tmp_path / "again" / "plan.html").read_text("utf-8")
    assert again == text.replace("size: letter", "size: A4").replace("size: Letter", "size: A4")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--class-link", "nowhere"), "--class-link must name a page, one of playground, forward_pass"),
        (("--class-link", "--pages", "x"), "--pages: unknown pages 'x'; choose from playground"),
        (("--class-link", "--free", "lr,speed"), "--free: free must be controls as a class link writes them"),
        (("--class-link", "--free", "lr", "--hide", "lr"), "--free, --fixed, --hide: a control must be in only one"),
        (("--class-link", "--cover", "all"), "--cover: unknown cover 'all'; choose from network, boundary"),
        (("--class-link", "--ask", "nonsense"), "--ask: unknown"),
        (("--class-link", "--ask", ";"), "--ask must be 1 to 6 numbers with ; between them, got 0"),
        (("--class-link", "--ask", "z[9][1]"), "--ask: this experiment has no z[9][1]: it has 2 layers"),
        (("--class-link", "--test", 0, "--ask", "end_test_loss"), "--ask: this experiment has no end_test_loss: "),
        (("--class-link", "--say", "x" * 301), "--say: say must be 1 to 300 printable characters"),
        (("--class-link", "--address", "here"), "--address must be the dashboard's address, such as https://"),
        (("--class-link", "--sweep", "lr=1,2"), "--sweep must be left out with --class-link"),
        (("--class-link", "--questions", "sum"), "--class-link must be left out with --questions"),
        (("--cover", "loss"), "--cover must come with --class-link"),
        (("--comma",), "--comma must come with --class-link"),
        (("--address", THERE), "--address must come with --class-link or --plan"),
        (("--begins", "9:00"), "--begins must come with --plan"),
        (("--plan", "no-such-file"), "no-such-file: No such file"),
    ],
)
def test_wrong_usage_of_a_class_link_has_one_message(tour, arguments, message):
    code, out, err = tour(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        ("", (), "must have 1 to 100 steps, a line each, got 0"),
        ("?lr=1 Rate", (), "line 1 of {path} must be minutes from 0 to 240, a link and, if you like, a title"),
        ("5 ?lr=1\n999 ?lr=1", (), "line 2 of {path} must be minutes from 0 to 240"),
        ("5 https://ffbp.example/nowhere?lr=1", (), "line 1 of {path}: the link “https://ffbp.example/nowhere?lr=1” opens no"),
        ("{}", (), "--plan: {path}: this file is not a running order that was saved here"),
        (json.dumps({"steps": [{"title": "x"}]}), (), "--plan: {path}: step 1 of the file has no title or no link"),
        ("5 ?lr=1", ("--begins", "25:00"), "--begins must be a time of day such as 10:15, got '25:00'"),
        ("5 ?lr=1", ("--lr", 1), "--lr must be left out with --plan, whose links hold the experiments"),
    ],
)  # fmt: skip
def test_a_list_that_is_no_plan_has_one_message(tour, tmp_path, text, arguments, message):
    path = tmp_path / "steps"
    path.write_text(text, encoding="utf-8")
    code, out, err = tour("--plan", path, "--address", THERE, "--out", tmp_path / "out", *arguments)
    assert (code, out) == (2, "")
    assert message.format(path=path) in err if "{path}" in message else message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_what_a_step_asks_for_in_vain_is_a_warning(tour, tmp_path):
    path = tmp_path / "steps"
    path.write_text("5 ?lr=fast Rates", encoding="utf-8")
    code, _, err = tour("--plan", path, "--address", THERE, "--out", tmp_path)
    assert code == 0
    assert f"warning: line 1 of {path}: the link opens, but learning_rate must be" in err
