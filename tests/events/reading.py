"""Pages as people read them."""

import html
import re

SILENT = re.compile(r"<(script|style|svg)\b.*?</\1>", re.DOTALL)
BLOCK = re.compile(r"<[^>]+>")


def text(answer) -> str:
    """The words of the page's main part, one plain space between two."""
    body = answer.content.decode()
    main = body[body.index("<main") : body.index("</main>")]
    words = html.unescape(BLOCK.sub(" ", SILENT.sub(" ", main)))
    return re.sub(r" ([.,)])", r"\1", re.sub(r"\s+", " ", words)).strip()
