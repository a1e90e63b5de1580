"""What is printed once the portal answers: the address, and in the demonstration the logins."""

import json
from pathlib import Path


def welcome(address: str, folder: Path) -> str:
    lines = ["", f"  The portal answers at {address}/", f"  State folder: {folder}"]
    kept = folder / "demo.json"
    if kept.exists():
        lines += ["", *(f"  {line}" for line in _logins(json.loads(kept.read_text()))), f"  Mail: {address}/courriels/"]
    return "\n".join([*lines, ""])


def _logins(found) -> list[str]:
    return [json.dumps(found, ensure_ascii=False)]
