"""The cache of runs, shared by all sessions and bounded."""

import threading
from collections import OrderedDict
from contextlib import contextmanager

from ffbp.serve.turns import Turn

MAX_OWN_RUNS = 3  # on a session's own file; each holds its data, at most about 40 MB
MAX_REFINED = 8  # moments of a run whose fine boundary is kept
MAX_RUNS = 24  # at most 8 MB each, and about 1 MB packed


class RunCache:
    """Finished runs by configuration, the most recently used kept; and who is training what at the moment."""

    def __init__(self, size: int = MAX_RUNS, turn: Turn | None = None):
        self.size = size
        self.lock = threading.Lock()
        self.turn = turn or Turn()
        self.runs: OrderedDict = OrderedDict()
        self.flights: dict = {}

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
        """Only one session at a time trains a configuration; the others wait for its result, ``waiting()`` meanwhile."""
        with self.lock:
            lock, waiters = self.flights.get(key, (threading.Lock(), 0))
            self.flights[key] = (lock, waiters + 1)
        taken = False
        try:
            while not (taken := lock.acquire(timeout=0.05)):
                waiting()
            yield
        finally:
            if taken:
                lock.release()
            with self.lock:
                lock, waiters = self.flights[key]
                if waiters == 1:
                    del self.flights[key]
                else:
                    self.flights[key] = (lock, waiters - 1)
