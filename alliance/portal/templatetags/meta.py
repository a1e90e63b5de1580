"""What machines read at the head of a page: its canonical address, its words, the thing that it shows (JSON-LD)."""

from django import template
from django.conf import settings
from django.utils.safestring import mark_safe

from alliance.lib.json_ld import dumped
from alliance.portal import things

register = template.Library()


@register.simple_tag(takes_context=True)
def canonical(context) -> str:
    """The address of the page without what filters or sorts it; a list’s second page is its own, an error has none."""
    request = context.get("request")
    if request is None or "status" in context:
        return ""
    page = request.GET.get("page", "")
    return f"{settings.SITE_URL}{request.path}" + (f"?page={page}" if page.isdigit() and page != "1" else "")


@register.simple_block_tag(takes_context=True)
def said(context, content, name: str) -> str:
    """Write what stands inside, a block that pages fill, and let ``again`` write it once more."""
    context.render_context[f"said {name}"] = content
    return content


@register.simple_tag(takes_context=True)
def again(context, name: str) -> str:
    return context.render_context[f"said {name}"]


@register.filter
def absolute(path: str) -> str:
    """The whole address of a path of the portal."""
    return path if "://" in path else f"{settings.SITE_URL}{path}"


@register.simple_tag(takes_context=True)
def json_ld(context) -> str:
    """JSON-LD of the page's thing, which cannot close its element; nothing on pages that show none."""
    match = getattr(context.get("request"), "resolver_match", None)
    describe = things.BY_VIEW.get(match.view_name) if match else None
    thing = describe(context.flatten()) if describe else None
    return mark_safe(dumped({"@context": "https://schema.org"} | thing)) if thing else ""  # noqa: S308  dumped is inert
