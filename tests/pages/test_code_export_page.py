"""The page Code & export: every form is offered and is the run's own; a record comes back, verified, and to one's own session."""

import json
import re
from dataclasses import fields, replace

import pytest
import waiting
from apptest import ROOT, blob_of, playground, run_page
from streamlit.testing.v1 import AppTest

import ffbp
from ffbp import Config, History
from ffbp.analysis import sensitivity
from ffbp.export.forms import CODE, FORMS, available
from ffbp.figures.blob import arrays_of, header_of
from ffbp.record.read import read_record
from ffbp.record.verify import verify
from ffbp.terminal import tour as terminal
from ffbp.ui import code as export
from ffbp.ui.session import address
from ffbp.ui.session.own_file import OwnFile
from ffbp.words.english import sentence
from ffbp.words.numbers import format_number, format_percent

PAGE = ROOT / "pages" / "code_export.py"


def page(**params):
    app = run_page(PAGE, **{k: str(v) for k, v in params.items()})
    assert not app.exception, app.exception
    return app


def downloads(app):
    return {widget.key.removeprefix("export:"): widget for widget in app.get("download_button")}


def choose(app, key):
    app.get_by_key("export:program").set_value(key)
    app = app.run()
    assert not app.exception, app.exception
    return app


def press(app, key):
    app.button(key=key).click()
    app = app.run()
    assert not app.exception, app.exception
    return app


PROGRAMS = [form for form in FORMS.values() if form.kind == CODE]


@pytest.mark.parametrize("form", PROGRAMS, ids=lambda form: form.key)
def test_every_program_is_shown_with_its_download_and_what_it_is_good_for(form):
    app = choose(page(epochs=20), form.key)
    ((name, write),) = form.files.items()
    text = write(ffbp.train(Config(epochs=20)))
    shown = app.code[0].value
    assert shown == (export.cells_of(text) if form.language == "json" else text).rstrip("\n")
    assert app.code[0].language == "python"
    assert downloads(app)[form.key].label == name
    assert any(form.use in words.value for words in app.markdown)


@pytest.mark.parametrize(
    ("dataset", "key", "libraries"),
    [
        ("moons", "script", "NumPy and scikit-learn"),
        ("moons", "notebook", "NumPy and scikit-learn"),
        ("spiral", "script", "NumPy alone"),
        ("spiral", "torch", "NumPy and PyTorch"),
        ("moons", "jax", "JAX, NumPy and scikit-learn"),
        ("spiral", "sklearn", "NumPy and scikit-learn"),
    ],
)
def test_what_a_program_imports_is_said_as_it_is(dataset, key, libraries):
    app = choose(page(dataset=dataset, epochs=2), key)
    assert any(f"It imports {libraries}." in words.value for words in app.markdown)


def test_a_program_that_cannot_be_exact_says_why_reason_by_reason():
    app = choose(page(epochs=20, optimizer="adam", l1="0.01"), "sklearn")
    (warning,) = app.warning
    first, *reasons = [line for line in warning.value.splitlines() if line]
    assert first == "scikit-learn has no exact equivalent of this experiment:"
    run = ffbp.train(Config(epochs=20, optimizer="adam", l1=0.01))
    assert [r.removeprefix("- ").replace("\\", "") for r in reasons] == available(run, "sklearn")
    assert len(reasons) == 2
    assert "sklearn" not in downloads(app)
    assert len(app.code) == 1


def test_only_the_chosen_program_is_sent():
    assert len(page(epochs=20).code) == 2  # and the terminal's command


def test_every_other_form_has_a_button_a_file():
    app = page(epochs=20)
    offered = set(downloads(app)) - {form.key for form in PROGRAMS}
    assert offered == {name for form in FORMS.values() if form.kind != CODE for name in form.files}
    words = " ".join(text.value for text in app.markdown)
    assert all(form.use in words for form in FORMS.values() if form.kind != CODE)


def test_the_beginning_of_a_record_or_table_is_shown_to_who_opens_it():
    app = page(epochs=20)
    assert len(app.code) == 2
    app.session_state["export:heads"] = True
    app = app.run()
    assert not app.exception, app.exception
    assert app.code[1].value.startswith('{\n "format": "ffbp-run"')
    app.selectbox(key="export:head").set_value("history.csv")
    app = app.run()
    lines = app.code[1].value.splitlines()
    assert lines[0].startswith("frame,epoch,")
    assert len(lines) == 1 + 21
    assert export.head_of("a\n" * 40).splitlines()[-1] == "… 10 more lines"


def test_a_record_that_is_too_large_to_come_back_says_so(monkeypatch):
    assert not any("this page can load" in caption.value for caption in page(epochs=20).caption)
    monkeypatch.setattr(export, "estimated_bytes", lambda run: 15 * 2**20)
    app = page(epochs=20)
    limit = export.st.get_option("server.maxUploadSize")
    assert any(f"about 15 MB, more than the {limit} MB" in caption.value for caption in app.caption)


def test_files_are_written_when_asked_for():
    assert all(widget.proto.deferred_file_id for key, widget in downloads(page(epochs=20)).items() if "." in key)


def test_the_terminals_command_is_this_experiments():
    app = page(dataset="spiral", hidden="16-16", optimizer="adam", epochs=20)
    assert app.code[-1].value == "python -m ffbp --dataset=spiral --hidden=16-16 --optimizer=adam --epochs=20"


def test_a_notebooks_cells_are_shown_as_a_program():
    notebook = json.dumps(
        {
            "cells": [
                {"cell_type": "markdown", "source": ["# Title\n", "words"]},
                {"cell_type": "code", "source": ["x = 1\n", "y"]},
            ]
        }
    )
    assert export.cells_of(notebook) == "# %% [markdown]\n# # Title\n# words\n\n# %% [code]\nx = 1\ny\n"


def test_a_stable_run_is_told_from_a_chaotic_one():
    app = press(page(epochs=20), "export:move")
    assert "all 20 losses stay within 1e-9" in app.success[0].value
    wild = Config(dataset="spiral", n_samples=200, hidden=(16, 16), activation="tanh", learning_rate=3.0, epochs=200)
    app = press(page(**wild.to_params()), "export:move")
    step = sensitivity.parts_at(ffbp.train(wild))
    assert f"the losses differ from step {step:,} on (epoch {step:,})" in app.warning[0].value


# A record brought back


def bring(app, run_or_bytes, name="homework.json"):
    content = run_or_bytes if isinstance(run_or_bytes, bytes) else ffbp.dump_record(run_or_bytes).encode()
    app.get("file_uploader")[0].set_value((name, content, "application/json"))
    app = app.run()
    assert not app.exception, app.exception
    return app


@pytest.fixture(scope="module")
def iris():
    return ffbp.train(Config(dataset="iris", hidden=(4,), epochs=30))


def test_a_record_says_what_it_is(iris):
    app = bring(page(epochs=20), iris)
    words = [text.value.replace("\\", "") for text in app.markdown]
    assert any(w.startswith("**Data.** Iris flowers, 150 samples: 120 in the training set, 30") for w in words)
    assert any(w.startswith("**Outcome.** Epoch 30: training loss") for w in words)
    assert any("versions that run here" in caption.value for caption in app.caption)
    assert not app.error


def test_an_honest_record_is_verified(iris):
    app = press(bring(page(epochs=20), iris), "export:verify")
    (verdict,) = app.success
    assert re.search(r"all [\d,]+ numbers of the training are equal, bit for bit", verdict.value)


def forged(run):
    arrays = {f.name: getattr(run.history, f.name).copy() for f in fields(History)}
    arrays["train_loss"][-1] = 0.125
    return replace(run, history=History(**arrays))


def test_a_forged_record_is_not(iris):
    app = press(bring(page(epochs=20), forged(iris)), "export:verify")
    assert not app.success
    assert "the numbers differ from epoch 30 on" in app.error[0].value
    assert "The largest difference is in epoch 30: training loss" in app.error[0].value.replace("\\", "")


def test_the_verdict_is_the_terminals(iris, tmp_path, capsys):
    path = tmp_path / "record.json"
    for run in (iris, forged(iris)):
        path.write_text(ffbp.dump_record(run))
        terminal.main(["--verify", str(path)])
        told = " ".join(capsys.readouterr().out.split())
        app = press(bring(page(epochs=20), run), "export:verify")
        shown = [element.value.replace("\\", "") for element in (*app.success, *app.error, *app.markdown)]
        assert sum(text in told for text in shown) >= 3  # the verdict, the retraining's figures, what was not checked
        for notice in verify(read_record(path.read_bytes())).notices():
            assert sentence(notice, format_number, format_percent) in told
            assert sentence(notice, format_number, format_percent) in shown


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"{}", b"[[[", b'{"format": "ffbp-run", "version": 9}'])
def test_what_is_no_record_gets_one_sentence(content):
    app = bring(page(epochs=20), content)
    (error,) = app.error
    assert error.value
    assert not [b for b in app.button if b.key == "export:verify"]


def test_a_names_markup_is_shown_as_it_is(iris):
    data = replace(iris.dataset, class_names=("<b>x</b>", "**y**", "$z$"))
    app = bring(page(epochs=20), replace(iris, dataset=data))
    assert any(r"\<b\>x\</b\>, \*\*y\*\*, \$z\$" in text.value for text in app.markdown)


def test_the_dashboard_shows_the_records_numbers_and_forgets_them(iris):
    app = press(bring(page(epochs=20), forged(iris)), "export:show")
    assert app.session_state["config"] == iris.config
    assert app.session_state["record"].history.train_loss[-1] == 0.125
    assert any("from a record" in caption.value for caption in app.caption)
    assert app.query_params["dataset"] in ("iris", ["iris"])
    app = press(app, "export:forget")
    assert "record" not in app.session_state
    assert not any("from a record" in caption.value for caption in app.caption)


def test_a_branchs_record_is_opened_verified_and_shown():
    parent = ffbp.train(Config(n_samples=60, hidden=(3,), epochs=20))
    branch = ffbp.branch(parent, frame=8, learning_rate=1.0)
    app = press(bring(page(epochs=20), branch), "export:verify")
    assert not app.error
    assert "equal, bit for bit" in " ".join(each.value for each in app.success)
    assert any("Branched from epoch 8" in text.value for text in app.markdown)
    app = press(app, "export:show")
    assert app.session_state["config"] == branch.config
    assert len(app.session_state["record"].history.epoch) == 13
    assert any("A branch begins with the weights" in warning.value for warning in app.warning)
    assert not app.exception


def shown_loss(app):
    blob = blob_of(app)
    header, arrays = header_of(blob), arrays_of(blob)
    return arrays[header["history"]["train_loss"]["$"]]


def test_a_loaded_record_is_seen_by_its_own_session_only(iris):
    own = AppTest.from_file(str(ROOT / "app.py"), default_timeout=waiting.SECONDS)
    for key, value in iris.config.to_params().items():
        own.query_params[key] = value
    own.session_state["record"] = forged(iris)
    own.run()
    assert not own.exception
    assert shown_loss(own)[-1] == 0.125
    assert any("from a record" in caption.value for caption in own.caption)
    other = playground(**iris.config.to_params())
    assert (shown_loss(other) == iris.history.train_loss).all()
    own.selectbox(key="playground:activation").set_value("tanh")
    own.run()
    assert not any("from a record" in caption.value for caption in own.caption)
    assert (shown_loss(own) == ffbp.train(replace(iris.config, activation="tanh")).history.train_loss).all()


def test_the_link_of_a_handout_leads_to_the_dashboard(monkeypatch):
    class Context:
        url = "https://ffbp.example/some/base/code_export?frame=3"

    monkeypatch.setattr(address.st, "context", Context())
    params = Config(epochs=20, hidden=(3, 4)).to_params()
    assert address.of_dashboard(params) == "https://ffbp.example/some/base/?hidden=3-4&epochs=20"
    assert address.of_dashboard(params, "compare") == "https://ffbp.example/some/base/compare?hidden=3-4&epochs=20"
    for url in (None, "javascript:alert(1)"):
        Context.url = url
        assert address.of_dashboard(params) == ""


def test_the_page_shows_a_diverged_run_and_a_table_too():
    page(dataset="bumps", hidden=16, lr=30, epochs=200)
    page(dataset="wine", columns="all", epochs=10)


# A file of one's own


ANIMALS = "height,weight,kind\n" + "".join(f"{h},{w},{k}\n" for h, w, k in [
    (1.5, 20, "cat"), (1.7, 22, "cat"), (3.5, 40, "dog"), (3.6, 41, "dog"), (1.4, 19, "cat"), (3.9, 45, "dog"),
    (1.6, 21, "cat"), (3.3, 39, "dog"), (1.55, 20, "cat"), (3.7, 43, "dog"),
])  # fmt: skip


@pytest.fixture(scope="module")
def animals():
    table = ffbp.read_table(ANIMALS.encode(), "my animals.csv")
    config = Config(file_name=table.name, file_fingerprint=table.fingerprint, hidden=(3,), epochs=20)
    return table, ffbp.train(config, ffbp.dataset_for(config, ffbp.source_of(table)))


def page_with(table, run):
    app = AppTest.from_file(str(PAGE), default_timeout=waiting.SECONDS)
    app.session_state["file"] = OwnFile(table)
    for key, value in run.config.to_params().items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, app.exception
    return app


def test_an_experiment_on_a_file_is_exported_like_any_other(animals):
    table, run = animals
    app = page_with(table, run)
    assert app.code[0].value == FORMS["script"].files["experiment.py"](run).rstrip("\n")
    assert any("reads data.csv" in words.value for words in app.markdown)
    assert any("contain the samples of your file" in caption.value for caption in app.caption)
    assert app.code[-1].value == "python -m ffbp --file='my animals.csv' --hidden=3 --epochs=20"


def test_a_files_record_is_verified_anywhere_but_shown_only_beside_its_file(animals):
    table, run = animals
    app = bring(page(epochs=20), run)
    assert app.button(key="export:show").disabled
    app = press(app, "export:verify")
    assert "equal, bit for bit" in app.success[0].value
    assert "The samples are the record's own" in app.warning[-1].value
    app = press(bring(page_with(table, run), run), "export:verify")
    assert "equal, bit for bit" in app.success[0].value
    assert any(r"labels and names are those of my animals\.csv" in words.value for words in app.markdown)
    app = bring(page_with(table, run), run)
    assert not app.button(key="export:show").disabled
    app = press(app, "export:show")
    assert app.session_state["record"].dataset.class_names == ("cat", "dog")
    assert any("from a record" in caption.value for caption in app.caption)
