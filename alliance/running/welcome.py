"""What is printed once the portal answers: the address, and in the demonstration the logins."""

import json
from pathlib import Path


def welcome(address: str, folder: Path, *, health: str = "", demo: bool) -> str:
    lines = ["", f"The portal answers at {address}/", f"State folder: {folder}"]
    lines += [f"Health, on a listener of its own: {health}"] if health else []
    kept = folder / "demo.json"
    if demo and kept.exists():
        lines += ["", f"Demonstration logins (the code arrives at {address}/courriels/):"]
        lines += [_login(found) for found in json.loads(kept.read_text("utf-8"))["logins"]]
    return "\n".join(f"  {line}".rstrip() for line in [*lines, ""])


def _login(found: dict) -> str:
    secret = f"  TOTP {found['totp_secret']}" if found.get("totp_secret") else ""
    return f"  {found['email']:<30} {found['role']}{secret}"
