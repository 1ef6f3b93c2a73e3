"""Turns: sessions that train at the same time take their turns, slice by slice, the shortest first."""

import heapq
import itertools
import threading
from contextlib import contextmanager

SHORT_SECONDS = 0.3  # of work: a classroom's run, trained and packed
PATIENCE_SECONDS = 0.4  # runs shorter than this show no progress bar


class Turn:
    """A lock that is handed on to whoever waits with the smallest place in the queue."""

    def __init__(self):
        self.lock, self.taken, self.waiting, self.count = threading.Lock(), False, [], itertools.count()

    def locked(self) -> bool:
        return self.taken

    @contextmanager
    def at(self, place: float, waiting=lambda: None):
        """Hold the lock. ``waiting()`` is called a few times a second until it is there, and may raise."""
        self._wait(place, waiting)
        try:
            yield
        finally:
            self._hand_on()

    def wanted(self, place: float) -> bool:
        """Whether somebody with a smaller place waits."""
        with self.lock:
            return bool(self.waiting) and self.waiting[0][0] < place

    def _wait(self, place, waiting):
        with self.lock:
            if not self.taken:
                self.taken = True
                return
            called = threading.Event()
            entry = (place, next(self.count), called)
            heapq.heappush(self.waiting, entry)
        try:
            while not called.wait(0.2):
                waiting()
        except BaseException:
            with self.lock:
                if waits := entry in self.waiting:
                    self.waiting.remove(entry)
                    heapq.heapify(self.waiting)
            if not waits:  # called just now
                self._hand_on()
            raise

    def _hand_on(self):
        with self.lock:
            if self.waiting:
                heapq.heappop(self.waiting)[2].set()
            else:
                self.taken = False


def place_of(asked: float, had: float) -> float:
    """A run's place in the queue, from when it asked and the seconds of work that it has had.

    The first come first, for as long as a classroom's run takes; every second beyond that puts a run two seconds back, so
    that nobody waits for somebody else's long run, and the long run waits no longer than twice what it has had.
    """
    return asked + 2 * max(0.0, had - SHORT_SECONDS)
