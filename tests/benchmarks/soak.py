"""Soak: thirty people use everything for ten minutes. Does memory stay, does waiting stay, is nothing left behind?

    .venv/bin/python tests/benchmarks/soak.py --minutes 10 --sessions 30

Each person, with some seconds of thinking in between: opens the shared link, tries configurations that nobody has tried
before, visits the other pages, begins a costly run and changes their mind, loses the connection, comes back as a new
session. The run passes if the memory at the end is within 10 % of the memory after the warm-up (by when the cache of runs
is full), the slowest reruns of the last third are no slower than those of the first, no answer was wrong, and, after
everybody has left, no thread is left and the processor rests.
"""

import argparse
import asyncio
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import results
from load import COSTLIEST, SAME, Tally, different_links
from servers import running
from sessions import Session

PAGES = ("", "forward_pass", "backpropagation")
MAX_GROWTH, MAX_SLOWDOWN = 1.10, 1.5
MAX_MINUTES, MAX_SESSIONS = 60, 100


class Person:
    """Mixed use by one person until a time."""

    def __init__(self, address, links, tally, times, rng):
        self.address, self.links, self.tally, self.times, self.rng = address, links, tally, times, rng
        self.session = None

    async def look(self, query):
        answer = await self.session.rerun(query)
        self.times.append((time.perf_counter(), answer.seconds))
        if self.session.page == "":
            self.tally.note(answer)
        else:
            self.tally.problems.update(answer.problems)

    async def come(self):
        self.session = await Session(self.address, self.rng.choice(PAGES)).open()

    async def use(self, until, thinking):
        await asyncio.sleep(self.rng.uniform(0, thinking))
        await self.come()
        while time.perf_counter() < until:
            what = self.rng.random()
            if what < 0.35:
                await self.look(SAME)
            elif what < 0.75:
                await self.look(next(self.links) + f"&epochs={self.rng.choice([100, 300, 1000])}")
            elif what < 0.80:
                await self.session.ask(f"{COSTLIEST}&seed={self.rng.getrandbits(31)}")
                await asyncio.sleep(1)
                await self.look(SAME)
            elif what < 0.90:
                self.session.drop()
                await self.come()
            else:
                await self.session.close()
                await asyncio.sleep(thinking)
                await self.come()
            await asyncio.sleep(thinking * self.rng.uniform(0.5, 1.5))
        await self.session.close()


async def soak(server, n_sessions, seconds, thinking):
    """Everybody, and a sample of memory and threads a few times a minute."""
    tally, times, samples, links = Tally(), [], [], different_links()
    until = time.perf_counter() + seconds
    people = [Person(server.address, links, tally, times, random.Random(k)) for k in range(n_sessions)]
    everybody = asyncio.gather(*(person.use(until, thinking) for person in people))
    while not everybody.done():
        samples.append((time.perf_counter(), server.memory(), server.threads()))
        await asyncio.wait([everybody], timeout=5)
    await everybody
    return tally, np.array(times), np.array(samples)


async def warm(server):
    """Every page once, and more runs than the cache holds, so that what grows later is a leak."""
    links = different_links()
    for page in PAGES:
        session = await Session(server.address, page).open()
        for _ in range(12):
            await session.rerun(next(links))
        await session.close()


def rests(server, threads) -> bool:
    """Whether, within half a minute, no thread more than before is left and nobody computes."""
    for _ in range(60):
        before = server.cpu_seconds()
        time.sleep(0.5)
        if server.cpu_seconds() - before < 0.05 and server.threads() <= threads:
            return True
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10.0, help=f"at most {MAX_MINUTES}")
    parser.add_argument("--sessions", type=int, default=30, help=f"at most {MAX_SESSIONS}")
    parser.add_argument("--thinking", type=float, default=8.0, help="seconds")
    options = parser.parse_args()
    if not 0 < options.minutes <= MAX_MINUTES or not 1 <= options.sessions <= MAX_SESSIONS:
        parser.error(f"minutes must be at most {MAX_MINUTES} and sessions from 1 to {MAX_SESSIONS}")
    with running() as server:
        asyncio.run(warm(server))
        threads = server.threads()
        tally, times, samples = asyncio.run(soak(server, options.sessions, options.minutes * 60, options.thinking))
        at_rest = rests(server, threads)
        left = server.threads()
    tally.compare()
    started, ended = samples[0, 0], samples[-1, 0]
    third = (ended - started) / 3
    # Warm: sessions have come, and those that left are forgotten after two minutes; the first fifth is for that.
    after_warmup = samples[samples[:, 0] > started + (ended - started) / 5]
    memory = np.median(after_warmup[:6, 1]), np.median(samples[-6:, 1])
    first = times[times[:, 0] < started + third, 1]
    last = times[times[:, 0] > ended - third, 1]
    p95 = np.quantile(first, 0.95), np.quantile(last, 0.95)
    n_problems = sum(tally.problems.values())
    verdicts = {
        "memory": memory[1] <= MAX_GROWTH * memory[0],
        "latency": p95[1] <= MAX_SLOWDOWN * p95[0] + 0.1,
        "answers": n_problems == 0,
        "rest": at_rest,
    }
    said = {key: "ok" if verdict else "FAILED" for key, verdict in verdicts.items()}
    rows = [
        ["reruns", f"{len(times)} in {options.minutes:g} minutes", ""],
        ["memory after the warm-up, at the end", f"{memory[0]:.0f} MB, {memory[1]:.0f} MB", said["memory"]],
        ["p95 of a rerun, first and last third", f"{p95[0] * 1e3:.0f} ms, {p95[1] * 1e3:.0f} ms", said["latency"]],
        ["threads before, most, after everybody left", f"{threads}, {samples[:, 2].max():.0f}, {left}", said["rest"]],
        ["problems", str(n_problems), said["answers"]],
    ]
    for problem, count in tally.problems.most_common(10):
        print(f"  {count} x {problem}")
    print(results.write("Soak", results.command_line(), ["what", "measured", "verdict"], rows))
    return 0 if all(verdicts.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
