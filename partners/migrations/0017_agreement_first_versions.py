"""Every agreement that stands receives its first version: nothing of what was agreed is lost."""

from django.db import migrations

FORWARD = """
INSERT INTO partners_agreementversion (
    public_id, agreement_id, kind, number, stage, changes, text, starts_on, ends_on, amount_cents,
    runs_from, runs_until, shared_at, activated_at, created_at, updated_at)
SELECT gen_random_uuid(), id, 'initial', 0, CASE state WHEN 'draft' THEN 'draft' ELSE 'active' END, '', '',
    starts_on, ends_on, amount_cents,
    CASE WHEN state <> 'draft' THEN starts_on END, CASE WHEN state <> 'draft' THEN ends_on END,
    CASE WHEN state <> 'draft' THEN created_at END, CASE WHEN state <> 'draft' THEN created_at END,
    created_at, updated_at
FROM partners_agreement;
UPDATE partners_agreement SET shared_at = created_at WHERE state <> 'draft';
UPDATE partners_agreement SET starts_on = NULL, ends_on = NULL
    WHERE state = 'draft' AND (starts_on IS NOT NULL OR ends_on IS NOT NULL);
"""
BACK = """
UPDATE partners_agreement a SET amount_cents = v.amount_cents FROM partners_agreementversion v
    WHERE v.agreement_id = a.id AND v.number = (
        SELECT max(number) FROM partners_agreementversion w WHERE w.agreement_id = a.id AND w.amount_cents IS NOT NULL);
UPDATE partners_agreement a SET starts_on = v.starts_on, ends_on = v.ends_on FROM partners_agreementversion v
    WHERE v.agreement_id = a.id AND v.number = 0 AND a.state IN ('draft', 'void');
UPDATE partners_agreement SET state = 'draft' WHERE state = 'void';
DELETE FROM partners_agreementversion;
"""


class Migration(migrations.Migration):
    dependencies = [("partners", "0016_agreement_life")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
