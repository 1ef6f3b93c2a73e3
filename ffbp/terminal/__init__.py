"""The terminal: ``python -m ffbp``, a guided tour of an experiment, without a browser. May import all rooms but serve and ui."""
