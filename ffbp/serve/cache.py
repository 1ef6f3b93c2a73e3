"""The cache of runs, shared by all sessions and bounded."""

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
        """Let one session at a time train a configuration; the others wait for its result and call ``waiting()``."""
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
