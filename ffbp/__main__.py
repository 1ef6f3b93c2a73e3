"""``python -m ffbp``: the experiment as a guided tour in the terminal."""

from ffbp.terminal.tour import main

raise SystemExit(main())
