"""Turns: sessions that train at the same time take turns, slice by slice, short runs first."""

import heapq
import itertools
import threading
from contextlib import contextmanager

SHORT_SECONDS = 0.3  # of work: enough to train and pack a typical classroom run
PATIENCE_SECONDS = 0.4  # runs shorter than this show no progress bar


class Turn:
    """A lock that passes to the waiting session with the smallest place in the queue."""

    def __init__(self):
        self.lock, self.taken, self.waiting, self.count = threading.Lock(), False, [], itertools.count()

    @contextmanager
    def at(self, place: float, waiting=lambda: None):
        """Hold the lock. Until it is free, ``waiting()`` is called a few times a second; it may raise."""
        self._wait(place, waiting)
        try:
            yield
        finally:
            self._hand_on()

    def wanted(self, place: float) -> bool:
        """Whether a session with a smaller place is waiting."""
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
            if not waits:  # this entry was called just now
                self._hand_on()
            raise

    def _hand_on(self):
        with self.lock:
            if self.waiting:
                heapq.heappop(self.waiting)[2].set()
            else:
                self.taken = False


def place_of(asked: float, had: float) -> float:
    """A run's place in the queue, from the time of its request and the seconds of work that it has had.

    Up to SHORT_SECONDS of work, runs are served in the order of their requests. Every further second puts a run back by
    two, so no session waits for another one's long run, and a long run waits at most twice as long as it has worked.
    """
    return asked + 2 * max(0.0, had - SHORT_SECONDS)
