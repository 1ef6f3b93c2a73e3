"""A separate Streamlit server for a test or a benchmark, with its memory and processor time."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import waiting

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One process that serves the app on loopback; its output goes to a file, so it never waits for a reader."""

    def __init__(self, port: int | None = None, script: str = "app.py"):
        self.port, self.script = port or free_port(), script
        self.process, self.log = None, tempfile.TemporaryFile()  # noqa: SIM115 (`running` closes it)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self.process.pid

    def start(self) -> "Server":
        """Start the server; return when it answers."""
        command = [
            sys.executable, "-m", "streamlit", "run", self.script, "--server.headless", "true", "--server.port",
            str(self.port), "--server.address", "127.0.0.1", "--server.fileWatcherType", "none",
        ]  # fmt: skip
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=self.log, stderr=subprocess.STDOUT)
        for _ in range(waiting.SECONDS * 20):
            if self.is_healthy():
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"the server did not start:\n{self.output()}")

    def is_healthy(self) -> bool:
        try:
            return urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=1).read() == b"ok"
        except OSError:
            return False

    def stop(self) -> None:
        """End the process as a system does at a restart; kill it if it does not react."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Kill the process, as a power failure would."""
        self.process.kill()
        self.process.wait(10)

    def output(self) -> str:
        """The output so far."""
        self.log.seek(0)
        return self.log.read().decode("utf-8", "replace")

    # What Linux says about it

    def memory(self) -> float:
        """Resident megabytes."""
        return self._status("VmRSS") / 1024

    def threads(self) -> int:
        return self._status("Threads")

    def cpu_seconds(self) -> float:
        """Processor time used so far, user and system."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _status(self, name):
        text = Path(f"/proc/{self.pid}/status").read_text()
        return int(next(line for line in text.splitlines() if line.startswith(name + ":")).split()[1])


@contextmanager
def running(port: int | None = None, script: str = "app.py"):
    """Start a new server; stop it at the end."""
    server = Server(port, script)
    try:
        yield server.start()
    finally:
        server.stop()
        server.log.close()
