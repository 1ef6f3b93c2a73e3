"""The terminal: ``python -m ffbp``, the experiment as a guided tour without a browser. May import all rooms but serve and ui."""
