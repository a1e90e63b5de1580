"""JSON-LD that may stand inside a page: nothing in it can close the element, or be taken for markup."""

import json

INSIDE = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def dumped(thing: dict) -> str:
    return json.dumps(thing, ensure_ascii=False, default=str).translate(INSIDE)
