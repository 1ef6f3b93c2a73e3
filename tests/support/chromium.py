"""A Chromium for the browser tests: the system's, or one installed as this machine allows."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find() -> str | None:
    """The path of a Chromium: the system's first, then Playwright's own."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    for path in MAC:
        if os.path.exists(path):
            return path
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None


def install() -> str:
    """Find a Chromium, or install one: by apt if possible, else by Playwright's download."""
    if path := find():
        return path
    attempts = []
    if shutil.which("apt-get"):
        sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
        attempts.append([[*sudo, "apt-get", "update"], [*sudo, "apt-get", "install", "-y", "chromium"]])
    attempts.append([[sys.executable, "-m", "playwright", "install", "chromium"]])
    for commands in attempts:
        if all(subprocess.run(command, check=False).returncode == 0 for command in commands) and (path := find()):
            return path
    raise SystemExit(
        "No Chromium found and none could be installed. Install Chromium or Chrome and run the tests again."
    )


if __name__ == "__main__":
    print(install())
