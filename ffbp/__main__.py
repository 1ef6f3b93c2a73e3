"""``python -m ffbp``: the experiment as a guided tour in the terminal."""

from ffbp.export.terminal import main

raise SystemExit(main())
