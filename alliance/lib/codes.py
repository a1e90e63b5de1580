"""Verification codes that a person can read aloud: 3 × 4 signs, 58 bits, none mistaken for another."""

import re
import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12


def new_code() -> str:
    """« 4F7K-9M2P-XQ3T »."""
    return grouped("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def normalised(typed: str) -> str:
    """« 4f7k 9m2p xq3t » → « 4F7K-9M2P-XQ3T »; the empty string when it cannot be a code."""
    signs = re.sub(r"[\s\u2010-\u2015-]", "", typed[:60]).upper()
    return grouped(signs) if len(signs) == LENGTH and set(signs) <= set(ALPHABET) else ""


def grouped(signs: str) -> str:
    return "-".join(signs[start : start + 4] for start in range(0, LENGTH, 4))
