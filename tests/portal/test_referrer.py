"""A page without a referrer sends « Origin: null », which the check of forms refuses: it must send no token."""

import pytest
from django.conf import settings

HIDDEN = '<meta name="referrer" content="no-referrer">'
PAGES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))


def is_refused(page: str) -> bool:
    return HIDDEN in page and "{% csrf_token %}" in page


def test_no_form_is_refused_by_the_page_that_it_stands_in():
    assert [path.name for path in PAGES if is_refused(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("policy", ["no-referrer", "same-origin"])
def test_control_a_page_that_hides_where_it_is_would_be_found(policy):
    page = f'<meta name="referrer" content="{policy}"><form method="post">{{% csrf_token %}}</form>'
    assert is_refused(page) is (policy == "no-referrer")
