"""The cache of runs, shared by all sessions and limited in size."""

import threading
from collections import OrderedDict
from contextlib import contextmanager

from ffbp.serve.turns import Turn

MAX_OWN_RUNS = 3  # runs on a session's file; each includes its data, at most about 40 MB
MAX_REFINED = 8  # frames of a run whose fine boundary is kept
MAX_RUNS = 24  # at most 8 MB each, and about 1 MB packed


class RunCache:
    """The most recently used finished runs, by configuration, and the trainings in progress."""

    def __init__(self, size: int = MAX_RUNS, turn: Turn | None = None):
        self.size, self.turn, self.lock = size, turn or Turn(), threading.Lock()
        self.runs: OrderedDict = OrderedDict()
        self.flights, self.landed = set(), threading.Condition(self.lock)

    def get(self, key):
        with self.lock:
            if key in self.runs:
                self.runs.move_to_end(key)
            return self.runs.get(key)

    def put(self, key, value):
        with self.lock:
            self.runs[key] = value
            while len(self.runs) > self.size:
                self.runs.popitem(last=False)

    @contextmanager
    def flight(self, key, waiting):
        """Let one session at a time train a configuration; the others wait for its result and call ``waiting()``."""
        while not self._begun(key):
            waiting()
        try:
            yield
        finally:
            with self.lock:
                self.flights.remove(key)
                self.landed.notify_all()

    def _begun(self, key):
        """Begin a flight as soon as no other session has one for this key; False after 0.05 seconds."""
        with self.lock:
            if not self.landed.wait_for(lambda: key not in self.flights, timeout=0.05):
                return False
            self.flights.add(key)
            return True
