"""Which columns each spreadsheet has, and which of them a file may change: declared here, compared with the code."""

import pytest

from alliance.portal.sheets.nouns import NOUNS
from tests.portal.field_matrix import ROWS

# A star: written by a file. A dash before it: only on a new line.
COLUMNS = {
    "organisations": "kind* name* short_name* siren* siret* rna* parent* commune* place website* summary* description* "
    "axes* is_public* source*",
    "projects": "title* summary* description* lead* lead_name commune* place lat* lon* axes* state* starts_on* "
    "ends_on* origin* source* moderation confirmed_on",
    "agreements": "-organisation* organisation_name title* kind* standing text starts_on* ends_on* amount_cents* "
    "axes* regions* departments* entities* referent* partner_referent* is_public*",
    "people": "-email* -full_name* -organisation* organisation_name -role* job_title* starts_on ends_on*",
}
FORMS = {"organisations": "partners.organisation", "projects": "partners.project", "agreements": "partners.agreement"}
BY_VERBS = {"agreements": {"kind", "starts_on", "ends_on", "amount_cents"}}  # while the text may still be written


@pytest.mark.parametrize("noun", NOUNS)
def test_the_columns_of_a_spreadsheet_are_those_declared(noun):
    found = [
        ("-" if column.fixed else "") + column.key + ("*" if column.read else "") for column in NOUNS[noun].columns
    ]
    assert found == COLUMNS[noun].split()


@pytest.mark.parametrize("noun", FORMS)
def test_a_file_changes_nothing_that_the_form_of_the_back_office_does_not(noun):
    form = ROWS[FORMS[noun]]
    written = {name[:-1] for name in COLUMNS[noun].split() if name.endswith("*") and not name.startswith("-")}
    starred = {name[:-1] for name in form.said.split() if name.endswith("*")}
    assert written - starred == BY_VERBS.get(noun, set())
    assert (form.read, form.write) == ("region", "region")
