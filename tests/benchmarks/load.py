"""A class at one server, or at several side by side: many websocket sessions on loopback, bounded in number and time.

    .venv/bin/python tests/benchmarks/load.py --sessions 30 --seconds 20 --same
    .venv/bin/python tests/benchmarks/load.py --sessions 100 --seconds 20 --class-link
    .venv/bin/python tests/benchmarks/load.py --sessions 30 --seconds 20 --different
    .venv/bin/python tests/benchmarks/load.py --sessions 100 --seconds 40 --different --thinking 10
    .venv/bin/python tests/benchmarks/load.py --sessions 30 --seconds 60 --different --thinking 10 --beside "a sweep"

``--all`` runs the whole set: 30 and 100 sessions, the same link and different ones, back to back and thinking, beside
somebody who computes all the time, and two servers, as a server computes on one core at a time. Every run of a different
configuration is one that nobody has asked for before, so it is trained. The generator and the servers share this machine's
cores. Each answer is checked: no exception, and the losses that a session sees are those of its own configuration, bit for
bit (all answers of one link are equal; a sample of links is trained here and compared).
"""

import argparse
import asyncio
import hashlib
import itertools
import random
import sys
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import results
from servers import Server, running
from sessions import Session
from streamlit.proto.WidgetStates_pb2 import WidgetState
from threadpoolctl import threadpool_limits

import ffbp
from ffbp.experiment import link

SAME = "lr=0.3"
CLASS = (
    "lr=0.3&pages=playground-forward_pass&free=lr-epochs&fixed=all&cover=boundary&ask=end_loss"
    "&say=Which+learning+rate+is+fastest%3F"
)
COSTLIEST = "samples=5000&test=0&hidden=64-64-64-64-64-64-64-64&activation=silu&epochs=20000"
SWEEP = "view=sweep&m.values=0.01~0.03~0.1~0.3~1~3&m.seeds=20"  # 120 runs
MAX_SERVERS, MAX_SESSIONS, MAX_SECONDS = 8, 200, 1200
N_TRAINED_HERE = 12  # links whose runs are compared with a training of our own


@dataclass
class Tally:
    """What all sessions saw: seconds of each timed rerun and of the first pages, problems, losses by link."""

    seconds: list[float] = field(default_factory=list)
    pictures: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    problems: Counter = field(default_factory=Counter)
    seen: dict[str, str] = field(default_factory=dict)
    sample: dict[str, np.ndarray] = field(default_factory=dict)

    def note(self, answer):
        """Check one answer; keep what is needed to check the rest later."""
        for problem in answer.problems:
            self.problems[problem] += 1
        if answer.blob is None:
            self.problems["no picture"] += 1
            return
        key = hashlib.sha1(answer.blob).hexdigest()
        if self.seen.setdefault(answer.query, key) != key:
            self.problems[f"two answers to one link: {answer.query}"] += 1
        if len(self.sample) < N_TRAINED_HERE and answer.query not in self.sample:
            self.sample[answer.query] = answer.losses()

    def compare(self):
        """Train the sampled links here, and compare."""
        with threadpool_limits(1):
            for query, losses in self.sample.items():
                run = ffbp.train(link.read(dict(parse_qsl(query))).config)
                if not np.array_equal(run.history.train_loss, losses):
                    self.problems[f"not its own numbers: {query}"] += 1


def different_links():
    """Links that nobody has asked for before."""
    start = random.Random().randrange(1, 2**31)
    return (f"seed={seed}" for seed in itertools.count(start))


async def person(session, links, tally, until, thinking, rng):
    """Reruns until the time is up; thinking seconds between them, half to one and a half times."""
    try:
        if thinking:
            await asyncio.sleep(rng.uniform(0, thinking))
        while time.perf_counter() < until:
            answer = await session.rerun(next(links))
            tally.seconds.append(answer.seconds)
            tally.pictures.append(answer.picture or np.nan)
            tally.note(answer)
            if thinking:
                await asyncio.sleep(thinking * rng.uniform(0.5, 1.5))
    except Exception as error:  # a session that fails is a result
        tally.problems[f"{type(error).__name__}: {error}"] += 1


async def hog(address, until):
    """Somebody who asks for the costliest run again and again, each time another."""
    session = await Session(address).open()
    try:
        for seed in itertools.count(1):
            left = until - time.perf_counter()
            if left <= 0:
                break
            with suppress(TimeoutError):
                await session.rerun(f"{COSTLIEST}&seed={seed}", timeout=left)
    finally:
        await session.close()


async def sweeper(address, until):
    """Somebody who trains a large sweep on the page Compare, and the next one when it has ended."""
    session = await Session(address, page="compare").open()
    try:
        for seed in itertools.count(1):
            shown = await session.rerun(f"{SWEEP}&seed={seed}", timeout=max(1, until - time.perf_counter()))
            train = next((key for label, key in shown.buttons.items() if label.startswith("Train ")), None)
            if train is None or time.perf_counter() > until:
                break
            with suppress(TimeoutError):
                click = WidgetState(id=train, trigger_value=True)
                await session.rerun(f"{SWEEP}&seed={seed}", [click], timeout=max(1, until - time.perf_counter()))
            if time.perf_counter() > until:
                break
    finally:
        await session.close()


BESIDE = {"a costly run": hog, "a sweep": sweeper}  # what one more person does


async def attend(servers: list[Server], *, n_sessions, seconds, same, thinking=0.0, beside=None, opens=SAME) -> Tally:
    """Open all sessions, spread over the servers, let each see its first page, then measure for some seconds.

    opens: the link of the first page, and of all if they are the same.
    """
    tally, rng = Tally(), random.Random(1)
    addresses = itertools.islice(itertools.cycle(server.address for server in servers), n_sessions)
    sessions = await asyncio.gather(*(Session(address).open() for address in addresses))
    first = await asyncio.gather(*(session.rerun(opens, timeout=300) for session in sessions))
    for answer in first:
        tally.first.append(answer.seconds)
        tally.note(answer)
    links = itertools.repeat(opens) if same else different_links()
    until = time.perf_counter() + seconds
    others = [asyncio.create_task(BESIDE[beside](servers[0].address, until))] if beside else []
    await asyncio.gather(*(person(session, links, tally, until, thinking, rng) for session in sessions))
    for ended in await asyncio.gather(*others, return_exceptions=True):
        if isinstance(ended, Exception):
            tally.problems[f"{beside}: {type(ended).__name__}: {ended}"] += 1
    await asyncio.gather(*(session.close() for session in sessions))
    return tally


def measure(n_servers=1, **options) -> tuple[list[str], int]:
    """One case on fresh servers: the row of the table, and the number of problems."""
    with ExitStack() as stack:
        servers = [stack.enter_context(running()) for _ in range(n_servers)]
        for server in servers:
            asyncio.run(asyncio.wait_for(_warm(server), 120))
        cpu = sum(server.cpu_seconds() for server in servers)
        tally = asyncio.run(attend(servers, **options))
        cpu = sum(server.cpu_seconds() for server in servers) - cpu
        memory = max(server.memory() for server in servers)
    tally.compare()
    for problem, count in tally.problems.most_common(10):
        print(f"  {count} x {problem}")
    seconds, n_problems = np.array(tally.seconds), sum(tally.problems.values())
    if not len(seconds):
        seconds = np.array([np.nan])
    p50, p95 = np.quantile(seconds, [0.5, 0.95])
    row = [
        n_servers,
        options["n_sessions"],
        "a class link" if options.get("opens") == CLASS else "same" if options["same"] else "different",
        f"{options.get('thinking', 0):g} s" if options.get("thinking") else "none",
        options.get("beside") or "nobody",
        f"{len(tally.seconds) / options['seconds']:.1f}",
        f"{p50 * 1e3:.0f}",
        f"{p95 * 1e3:.0f}",
        f"{np.nanquantile(tally.pictures or [np.nan], 0.95) * 1e3:.0f}",
        f"{np.quantile(tally.first, 0.95):.1f}",
        f"{memory:.0f}",
        f"{cpu / (len(tally.seconds) + len(tally.first)) * 1e3:.0f}",
        f"{n_problems} of {len(tally.seconds) + len(tally.first)}",
    ]
    print("  ".join(str(cell) for cell in row), flush=True)
    return [str(cell) for cell in row], n_problems


async def _warm(server):
    """One session opens the page before the class does, so that modules are loaded."""
    session = await Session(server.address).open()
    await session.rerun("epochs=50")
    await session.close()


COLUMNS = (
    "servers", "sessions", "link", "thinking", "beside", "reruns/s", "p50 ms", "p95 ms", "p95 ms to the picture",
    "first page p95 s", "memory MB", "CPU ms a rerun", "problems",
)  # fmt: skip
CASES = [
    {"n_sessions": 30, "same": True},
    {"n_sessions": 100, "same": True},
    {"n_sessions": 100, "same": True, "opens": CLASS},
    {"n_sessions": 30, "same": False},
    {"n_sessions": 100, "same": False},
    {"n_sessions": 100, "same": True, "thinking": 10.0},
    {"n_sessions": 100, "same": False, "thinking": 10.0},
    {"n_sessions": 30, "same": False, "thinking": 10.0, "beside": "a costly run"},
    {"n_sessions": 30, "same": False, "thinking": 10.0, "beside": "a sweep"},
    {"n_servers": 2, "n_sessions": 30, "same": True},
    {"n_servers": 2, "n_sessions": 30, "same": False},
    {"n_servers": 2, "n_sessions": 100, "same": False, "thinking": 10.0},
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=30, help=f"1 to {MAX_SESSIONS}")
    parser.add_argument("--seconds", type=float, default=20.0, help=f"at most {MAX_SECONDS}")
    asked = parser.add_mutually_exclusive_group()
    asked.add_argument("--same", action="store_true", default=True, help="all the same link (the default)")
    asked.add_argument("--different", dest="same", action="store_false", help="every rerun a configuration of its own")
    asked.add_argument("--class-link", action="store_true", help="all the same class link, with a task")
    parser.add_argument("--thinking", type=float, default=0.0, help="seconds between the reruns of a person")
    parser.add_argument("--beside", choices=BESIDE, help="what one more person asks for all the time")
    parser.add_argument("--servers", type=int, default=1, help="1 to 8, the sessions spread over them")
    parser.add_argument("--all", action="store_true", help="the whole set, written into RESULTS.md")
    options = parser.parse_args()
    if not 1 <= options.sessions <= MAX_SESSIONS or not 0 < options.seconds <= MAX_SECONDS:
        parser.error(f"sessions must be from 1 to {MAX_SESSIONS} and seconds at most {MAX_SECONDS}")
    if not 1 <= options.servers <= MAX_SERVERS:
        parser.error(f"servers must be from 1 to {MAX_SERVERS}")
    case = {
        "n_servers": options.servers,
        "n_sessions": options.sessions,
        "same": options.same or options.class_link,
        "opens": CLASS if options.class_link else SAME,
        "thinking": options.thinking,
    }
    cases = CASES if options.all else [case | {"beside": options.beside}]
    print("  ".join(COLUMNS), flush=True)
    rows, failed = [], 0
    for case in cases:
        longer = 2 if case.get("thinking") else 1
        row, n_problems = measure(seconds=options.seconds * (longer if options.all else 1), **case)
        rows.append(row)
        failed += n_problems
    if options.all:
        notes = (
            "Goals: the same link 100 reruns/s; different links 20 a second; 100 people thinking 10 s p95 under 300 ms; "
            "beside a costly run or a sweep p95 under 1,500 ms; under 600 MB; no problem.",
            "The load generator shares the cores with the servers; memory is the larger server's. A rerun is all that the "
            "page sends.",
            "CPU ms a rerun says what a replica holds: at half load, one core serves 500 ms / (CPU ms a rerun) reruns a second.",
        )
        results.write("A class", results.command_line(), COLUMNS, rows, notes)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
