"""Every column that names an organisation has a written rule for mergers; so has every rule a column."""

from alliance.portal.actions.merge_rules import RULES, relations


def test_every_relation_has_a_rule_and_every_rule_a_relation():
    found = {label for label, *_ in relations()}
    missing = sorted(found - set(RULES))
    assert missing == [], f"Write what a merger does with these, in alliance/portal/actions/merge_rules.py: {missing}"
    assert sorted(set(RULES) - found) == []


def test_control_a_relation_without_a_rule_is_seen():
    assert {label for label, *_ in relations()} - (set(RULES) - {"partners.Project.lead"}) == {"partners.Project.lead"}


def test_twins_are_told_by_columns_that_exist():
    for label, model, _ in relations():
        columns = {field.attname for field in model._meta.concrete_fields}
        assert set(RULES[label].same) <= columns, label
