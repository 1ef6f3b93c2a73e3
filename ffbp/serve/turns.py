"""Turns: sessions that train at the same time take turns, slice by slice, short runs first."""

import bisect
import itertools
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

SHORT_SECONDS = 0.3  # of work: enough to train and pack a typical classroom run
PATIENCE_SECONDS = 0.4  # runs shorter than this show no progress bar


class Turn:
    """A lock that passes to the waiting session with the smallest place in the queue."""

    def __init__(self):
        self.changed, self.holder, self.waiting, self.count = threading.Condition(), None, [], itertools.count()

    @contextmanager
    def at(self, place: float, waiting=lambda: None):
        """Hold the lock. Until it is free, ``waiting()`` is called a few times a second; it may raise."""
        entry = (place, next(self.count))
        with self.changed:
            bisect.insort(self.waiting, entry)
        try:
            while not self._taken(entry):
                waiting()
            yield
        finally:
            with self.changed:
                if self.holder == entry:
                    self.holder = None
                else:
                    self.waiting.remove(entry)
                self.changed.notify_all()

    def wanted(self, place: float) -> bool:
        """Whether a session with a smaller place is waiting."""
        with self.changed:
            return bool(self.waiting) and self.waiting[0][0] < place

    def _taken(self, entry):
        """Take the lock as soon as it is free and this entry is the first; False after 0.2 seconds."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.holder is None and self.waiting[0] == entry, timeout=0.2):
                return False
            self.holder = self.waiting.pop(0)
            return True


def place_of(asked: float, had: float) -> float:
    """A run's place in the queue, from the time of its request and the seconds of work that it has had.

    Up to SHORT_SECONDS of work, runs are served in the order of their requests. Every further second moves a run back by
    two, so that no session waits for another session's long run, and a long run waits at most twice as long as it works.
    """
    return asked + 2 * max(0.0, had - SHORT_SECONDS)


@dataclass
class Account:
    """What decides a place in the queue: when the work was asked for, and the seconds that it has had."""

    asked: float = field(default_factory=time.perf_counter)
    had: float = 0.0

    @property
    def place(self) -> float:
        return place_of(self.asked, self.had)
