"""Where a Chromium may be found."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLAYWRIGHT = (
    "chromium*/chrome-*/headless_shell",
    "chromium*/chrome-*/chrome-headless-shell",
    "chromium*/chrome-*/chrome",
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]
SHORT_LIVED = ["--js-flags=--no-opt --no-maglev", "--in-process-gpu", "--num-raster-threads=1"]
"""A test's page is closed long before compiling its scripts anew, or drawing in threads, would have paid."""


def find() -> str | None:
    """``CHROMIUM`` of the environment, else one on PATH, else one that Playwright fetched."""
    if given := os.environ.get("CHROMIUM"):
        return given
    fetched = Path.home() / ".cache" / "ms-playwright"
    on_path = (found for name in NAMES if (found := shutil.which(name)))
    by_playwright = (str(path) for pattern in PLAYWRIGHT for path in sorted(fetched.glob(pattern)))
    return next(on_path, None) or next(by_playwright, None)
