"""Walking a page with Tab and Enter alone, the focus seen at every step."""

FOCUSED = """(() => { const a = document.activeElement;
    return (a.innerText || (a.type === 'submit' && a.value) || a.name || '').trim() })()"""
OUTLINE = """(() => { const a = document.activeElement, o = getComputedStyle(a.closest('.search, .top-search') ?? a);
    return o.outlineStyle === 'none' ? 0 : parseFloat(o.outlineWidth) })()"""


def tab_to(page, words: str, steps: int = 120) -> None:
    """Press Tab until what has the focus begins with ``words`` (or is the field of that name)."""
    for _ in range(steps):
        page.keyboard.press("Tab")
        assert page.evaluate(OUTLINE) >= 2, page.evaluate(FOCUSED)
        if page.evaluate(FOCUSED).startswith(words):
            return
    raise AssertionError(f"the keyboard does not reach « {words} »")


def press(page, words: str) -> None:
    tab_to(page, words)
    page.keyboard.press("Enter")
