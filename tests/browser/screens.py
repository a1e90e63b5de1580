"""What each screen of both places must hold in a browser: axe, its width, title, targets, its way by Tab.

The lines that fold (``details``) are opened first: what they hide is held to the same. A menu is a sheet over the
page, and hides what lies below for as long as it is open: axe reads the page without it, then the menu by itself.
"""

from tests.look.test_guide import RULES, violations

UNFOLD = "document.querySelectorAll('details:not(.menu)').forEach(each => { each.open = true })"
CONTRAST = """() => axe.run({runOnly: ['color-contrast']}).then(({violations}) =>
    violations.flatMap(rule => rule.nodes.map(node => node.html)))"""
IN_MENUS = f"""async () => {{
    const menus = [...document.querySelectorAll('details.menu')].filter(each => each.checkVisibility())
    menus.forEach(each => {{ each.open = true }})
    if (!menus.length) return []
    const {{violations}} = await axe.run(menus, {{runOnly: {RULES}, resultTypes: ['violations']}})
    return violations.flatMap(rule => rule.nodes.map(node => `${{rule.id}}: ${{node.html}}`))
}}"""
TITLES = "[...document.querySelectorAll('h1')].filter(each => each.checkVisibility()).length"
CONTROLS = """
    const ASKED = 'a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, [tabindex]'
    const seen = each => each.checkVisibility({visibilityProperty: true})
    const controls = () => [...document.querySelectorAll(ASKED)].filter(each =>
        each.tabIndex >= 0 && !each.matches(':disabled, [inert] *') && seen(each))
    const told = each => (each.outerHTML.replace(/\\s+/g, ' ').slice(0, 110))
"""
SMALL = f"""() => {{ {CONTROLS}
    const hit = each => {{
        const label = each.matches('[type=checkbox], [type=radio]') ? each.labels?.[0] : null
        const one = each.getBoundingClientRect(), two = label?.getBoundingClientRect() ?? one
        const over = (from, to, a, b) => Math.max(a[to], b[to]) - Math.min(a[from], b[from])
        return Math.min(over('left', 'right', one, two), over('top', 'bottom', one, two))
    }}
    const spoken = each => getComputedStyle(each).display === 'inline' && [...each.parentElement.childNodes].some(
        node => node !== each && node.nodeType === 3 && /[\\p{{L}}\\p{{N}}]/u.test(node.data))
    return controls().filter(each => hit(each) < 23.99 && !spoken(each)).map(told)
}}"""
BEGIN = f"""() => {{ {CONTROLS}
    const reached = new Set(), dim = new Set()
    addEventListener('focusin', ({{target}}) => {{
        reached.add(target)
        const style = getComputedStyle(target.closest('.search, .top-search, .select2-container') ?? target)
        const own = getComputedStyle(target)
        const wide = each => each.outlineStyle !== 'none' && parseFloat(each.outlineWidth) >= 2
        if (!wide(style) && !wide(own)) dim.add(target)
    }})
    const asked = controls(), kin = each => each.type === 'radio' ? asked.filter(other =>
        other.type === 'radio' && other.name === each.name && other.form === each.form) : [each]
    document.activeElement?.blur()
    window.walked = () => [
        ...asked.filter(each => seen(each) && !kin(each).some(one => reached.has(one)))
            .map(each => 'Tab does not reach ' + told(each)),
        ...[...dim].filter(each => each !== document.body).map(each => 'no focus is seen on ' + told(each)),
    ]
    const parts = asked.filter(each => each.matches('[type=date], [type=time], [type=datetime-local]'))
    return asked.length + 6 * parts.length
}}"""


def problems(page, width: int) -> list[str]:
    """What the screen that stands in ``page`` breaks, in words."""
    found = ["scrolls sideways"] if wider(page, width) else []
    page.evaluate(UNFOLD)
    found += violations(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found += [f"contrast in the dark: {html[:120]}" for html in page.evaluate(CONTRAST)]
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found += ["scrolls sideways, all lines unfolded"] if wider(page, width) and not found else []
    titles = page.evaluate(TITLES)
    found += [f"{titles} titles"] if titles != 1 else []
    found += [f"in the menu: {html[:120]}" for html in page.evaluate(IN_MENUS)]
    return found + [f"under 24 px: {html}" for html in page.evaluate(SMALL)] + by_tab(page)


def wider(page, width: int) -> bool:
    return page.evaluate("document.documentElement.scrollWidth") > width


def by_tab(page) -> list[str]:
    """What Tab never reaches, and where the eye does not see that it stands. A field of a date takes several steps.

    What is no more seen at the end is not asked for: a menu closes as soon as the focus is elsewhere.
    """
    for _ in range(page.evaluate(BEGIN) + 2):
        page.keyboard.press("Tab")
    return page.evaluate("walked()")
