"""Several replicas behind nginx, tried for real: one is killed while people are connected, and they carry on.

    .venv/bin/python tests/benchmarks/replicas.py              (nginx from the system's packages: apt-get install nginx)

Two servers and nginx on loopback, with `tests/benchmarks/nginx.conf` as it is but for its ports. People (websocket
sessions, each with its own cookie and experiment, and one real browser where there is a Chromium) are connected; one
replica is killed by force; everybody must be back at their own experiment, number by number, at the other replica.
Then it starts again, and new people are spread over both.
"""

import argparse
import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import chromium
import numpy as np
import results
import websockets
from browsing import Playground
from playwright.sync_api import sync_playwright
from servers import Server, free_port
from sessions import Session

import ffbp

CONF = Path(__file__).with_name("nginx.conf")
MAIN = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
    log_format who '$http_cookie $upstream_addr $status $request_uri';
    access_log {folder}/access.log who;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/ffbp.conf;
}}
"""


@contextmanager
def balancing(*servers: Server):
    """nginx before these servers; yields its address."""
    binary = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(binary).exists():
        raise SystemExit("no nginx: apt-get install nginx")
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        text = CONF.read_text("utf-8").replace("listen 8080;", f"listen 127.0.0.1:{port};")
        for stands, server in zip(("127.0.0.1:8501", "127.0.0.1:8502"), servers, strict=True):
            text = text.replace(f"server {stands}", f"server 127.0.0.1:{server.port}")
        (folder / "ffbp.conf").write_text(text, "utf-8")
        (folder / "nginx.conf").write_text(MAIN.format(folder=folder), "utf-8")
        process = subprocess.Popen([binary, "-p", name, "-c", str(folder / "nginx.conf")])
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(100):
                try:
                    urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).read()
                    break
                except OSError:
                    time.sleep(0.1)
            else:
                raise RuntimeError((folder / "error.log").read_text())
            yield address
        finally:
            process.terminate()
            process.wait(10)


def headers_of(address: str):
    """The response headers of the page."""
    return urllib.request.urlopen(address, timeout=10).headers


class Person:
    """A session behind the balancer, with the cookie that its first request brought, and its own experiment."""

    def __init__(self, address: str, k: int):
        self.address, self.query = address, f"seed={k}&epochs=100"
        self.cookie = re.search(r"ffbp_replica=\w+", headers_of(address)["Set-Cookie"]).group()
        self.expected = ffbp.train(ffbp.Config.from_params(dict(parse_qsl(self.query)))[0]).history.train_loss
        self.problems = []

    async def connect(self):
        self.session = await Session(self.address, headers={"Cookie": self.cookie}).open()
        await self.look()

    async def look(self):
        answer = await self.session.rerun(self.query)
        self.problems += answer.problems
        if answer.blob is None or not np.array_equal(answer.losses(), self.expected):
            self.problems.append("not its own numbers")

    async def carry_on(self) -> float:
        """Wait until the connection is lost (if it is), come back as the browser does, and look; seconds it took."""
        started = time.perf_counter()
        while True:
            try:
                if self.session is None:
                    self.session = await Session(self.address, headers={"Cookie": self.cookie}).open()
                await self.look()
                return time.perf_counter() - started
            except (websockets.WebSocketException, OSError):
                self.session = None
                await asyncio.sleep(0.5)
                if time.perf_counter() - started > 60:
                    self.problems.append("did not come back")
                    return float("inf")


def connected_to(servers) -> list[int]:
    """Established connections of each server, by the system's table."""
    counts = Counter()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        local, _, state = line.split()[1:4]
        if state == "01":
            counts[int(local.split(":")[1], 16)] += 1
    return [counts[server.port] for server in servers]


async def people_carry_on(people, kill) -> tuple[list[float], list[int]]:
    """All connect; then the kill; then all look again."""
    await asyncio.gather(*(person.connect() for person in people))
    spread = kill()
    seconds = await asyncio.gather(*(person.carry_on() for person in people))
    await asyncio.gather(*(person.session.close() for person in people if person.session))
    return seconds, spread


def browser_carries_on(playwright, address, servers) -> tuple[float, str]:
    """A real browser at an experiment; the replica that it uses is killed; seconds until it works again, and a problem."""
    path = chromium.find()
    browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
    try:
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        page, refused = context.new_page(), []
        page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
        playground = Playground(page, address).open("?seed=5&epochs=200&frame=50")
        before, url, run = playground.cards(), page.url, playground.data("run")
        used = max(servers, key=lambda server: connected_to([server])[0])
        used.kill()
        started = time.perf_counter()
        slider = page.get_by_role("slider", name="Noise")
        deadline = started + 60
        while time.perf_counter() < deadline:  # a change of any control shows a new run: the page is alive
            page.wait_for_timeout(500)
            slider.focus()
            page.keyboard.press("ArrowRight")
            try:
                playground.new_run(run, timeout=2000)
                break
            except Exception:  # Playwright's timeout: not yet
                continue
        else:
            return float("inf"), "the page stayed dead"
        seconds = time.perf_counter() - started
        page.goto(url)
        playground.ready()
        playground.wait_frame(50)
        problem = "" if playground.cards() == before else "another experiment"
        return seconds, problem or ("; ".join(refused[:2]))
    finally:
        browser.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=12)
    options = parser.parse_args()
    servers, rows, problems = [Server(), Server()], [], []
    try:
        for server in servers:
            server.start()
        with balancing(*servers) as address:
            headers = headers_of(address)
            wanted = (
                "Content-Security-Policy",
                "X-Content-Type-Options",
                "Referrer-Policy",
                "Permissions-Policy",
                "Set-Cookie",
            )
            problems += [f"no header {name}" for name in wanted if name not in headers]
            people = [Person(address, k) for k in range(options.people)]

            def kill():
                spread = connected_to(servers)
                servers[0].kill()
                return spread

            seconds, spread = asyncio.run(people_carry_on(people, kill))
            problems += [problem for person in people for problem in person.problems]
            if min(spread) == 0:
                problems.append(f"people were not spread: {spread}")
            rows.append([f"{options.people} people on two replicas", f"{spread[0]} and {spread[1]}"])
            lost = sorted(seconds)[-spread[0] :]
            rows.append(["back at their own numbers after a replica was killed",
                         f"{np.median(lost):.1f} s (at most {max(lost):.1f} s)"])  # fmt: skip
            servers[0].start()
            time.sleep(6)  # nginx asks a failed one again after fail_timeout
            again = [Person(address, 100 + k) for k in range(options.people)]
            _, spread = asyncio.run(people_carry_on(again, lambda: connected_to(servers)))
            problems += [problem for person in again for problem in person.problems]
            rows.append(["new people after it was started again", f"{spread[0]} and {spread[1]}"])
            if chromium.find():
                with sync_playwright() as playwright:
                    took, problem = browser_carries_on(playwright, address, servers)
                problems += [problem] if problem else []
                rows.append(
                    ["a browser whose replica was killed works again, its link at the same experiment", f"{took:.1f} s"]
                )
            alive = next(server for server in servers if server.process.poll() is None)
            rows.append(["memory of the replica that is left", f"{alive.memory():.0f} MB"])
    finally:
        for server in servers:
            server.stop()
            server.log.close()
    rows.append(["problems", "; ".join(dict.fromkeys(problems)) or "none"])
    print(results.write("Several replicas behind nginx", results.command_line(), ["what", "measured"], rows))
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
