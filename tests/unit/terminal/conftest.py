"""The terminal, run in this process."""

import pytest

from ffbp.terminal import tour as terminal


@pytest.fixture
def tour(capsys):
    """Run in this process: (exit code, output, errors)."""

    def run(*arguments):
        try:
            code = terminal.main([str(a) for a in arguments])
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        return code, out, err

    return run
