"""The source that a page shows is Python: whoever copies it can run it."""

import ast

import pytest
from apptest import ROOT, run_page

PAGES = {
    "playground": ("app.py", "code"),
    "forward": ("pages/forward_pass.py", "forward:code"),
    "backpropagation": ("pages/backpropagation.py", "backward:code"),
    "digits": ("pages/digits.py", "digits:code"),
}


def shown(page, **params):
    path, key = PAGES[page]
    app = run_page(ROOT / path, epochs="2", **params)
    assert not app.exception, app.exception
    app.session_state[key] = True
    app.run()
    assert not app.exception, app.exception
    return [block.value for block in app.code]


@pytest.mark.parametrize("page", PAGES)
def test_every_function_shown_compiles_and_starts_at_the_margin(page):
    blocks = shown(page, **({"dataset": "digits", "columns": "all"} if page == "digits" else {}))
    assert len(blocks) >= 3
    for block in blocks:
        compile(block, page, "exec")
        assert block.startswith(("def ", "@"))


def names(page, **params):
    return [ast.parse(block).body[0].name for block in shown(page, **params)]


def test_backpropagation_shows_the_loss_the_chosen_layers_activation_and_the_check():
    found = names("backpropagation", hidden="4-4", activation="tanh-silu", layer="2")
    assert {"d_bce", "d_silu", "backward", "check_gradients", "backpropagate", "update"} <= set(found)
    assert "d_tanh" not in found
    assert {"d_mse", "softmax_jacobian"} <= set(
        names("backpropagation", dataset="iris", loss="mse", output="softmax", layer="2")
    )
