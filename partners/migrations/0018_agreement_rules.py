"""What the database itself keeps true of agreements: their span, and that nothing signed or answered ever changes."""

from django.db import migrations, models

SPAN = """
CREATE FUNCTION partners_agreement_span() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE subject bigint := coalesce(NEW.agreement_id, OLD.agreement_id);
BEGIN
    UPDATE partners_agreement a SET starts_on = s.first, ends_on = s.last
    FROM (SELECT min(runs_from) AS first, CASE WHEN bool_or(runs_until IS NULL) THEN NULL ELSE max(runs_until) END AS last
          FROM partners_agreementversion WHERE agreement_id = subject AND runs_from IS NOT NULL) s
    WHERE a.id = subject AND s.first IS NOT NULL
        AND (a.starts_on IS DISTINCT FROM s.first OR a.ends_on IS DISTINCT FROM s.last);
    RETURN NULL;
END $$;
CREATE TRIGGER span AFTER INSERT OR DELETE OR UPDATE OF runs_from, runs_until ON partners_agreementversion
    FOR EACH ROW EXECUTE FUNCTION partners_agreement_span();
"""
NO_SPAN = """
DROP TRIGGER span ON partners_agreementversion;
DROP FUNCTION partners_agreement_span();
"""

FROZEN = """
CREATE FUNCTION partners_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is not allowed: it was signed, answered or recorded', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0];
END $$;
CREATE TRIGGER text_frozen BEFORE UPDATE ON partners_agreementversion FOR EACH ROW
    WHEN (OLD.stage IN ('signing', 'signed', 'active') AND
        (OLD.agreement_id, OLD.kind, OLD.number, OLD.changes, OLD.text, OLD.starts_on, OLD.ends_on, OLD.amount_cents)
        IS DISTINCT FROM
        (NEW.agreement_id, NEW.kind, NEW.number, NEW.changes, NEW.text, NEW.starts_on, NEW.ends_on, NEW.amount_cents))
    EXECUTE FUNCTION partners_frozen('agreement_text_frozen');
CREATE TRIGGER content_frozen BEFORE UPDATE ON partners_agreementdocument FOR EACH ROW
    WHEN ((OLD.version_id, OLD.content, OLD.digest) IS DISTINCT FROM (NEW.version_id, NEW.content, NEW.digest)
        OR (OLD.outcome <> 'open' AND OLD.outcome <> NEW.outcome))
    EXECUTE FUNCTION partners_frozen('agreement_document_frozen');
CREATE TRIGGER never_deleted BEFORE DELETE ON partners_agreementdocument FOR EACH ROW
    EXECUTE FUNCTION partners_frozen('agreement_document_frozen');
CREATE TRIGGER answer_frozen BEFORE UPDATE ON partners_agreementsigner FOR EACH ROW
    WHEN (OLD.signed_at IS NOT NULL OR OLD.refused_at IS NOT NULL)
    EXECUTE FUNCTION partners_frozen('agreement_signer_frozen');
CREATE TRIGGER never_deleted BEFORE DELETE ON partners_agreementsigner FOR EACH ROW
    EXECUTE FUNCTION partners_frozen('agreement_signer_frozen');
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON partners_agreementevent FOR EACH ROW
    EXECUTE FUNCTION partners_frozen('agreement_event_frozen');
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON partners_reviewanswer FOR EACH ROW
    EXECUTE FUNCTION partners_frozen('review_answer_frozen');
"""
THAWED = """
DROP TRIGGER frozen ON partners_reviewanswer;
DROP TRIGGER frozen ON partners_agreementevent;
DROP TRIGGER never_deleted ON partners_agreementsigner;
DROP TRIGGER answer_frozen ON partners_agreementsigner;
DROP TRIGGER never_deleted ON partners_agreementdocument;
DROP TRIGGER content_frozen ON partners_agreementdocument;
DROP TRIGGER text_frozen ON partners_agreementversion;
DROP FUNCTION partners_frozen();
"""

# As in 0011, but an agreement without sequel (void) was never public either.
KEPT = """
DROP TRIGGER deleted ON partners_agreement; DROP TRIGGER departed ON partners_agreement;
DROP TRIGGER zz_back ON partners_agreement;
CREATE TRIGGER deleted AFTER DELETE ON partners_agreement FOR EACH ROW
    WHEN (OLD.is_public AND OLD.state {test}) EXECUTE FUNCTION partners_depart('accords', 'public_id');
CREATE TRIGGER departed AFTER UPDATE OF is_public, state ON partners_agreement FOR EACH ROW
    WHEN (OLD.is_public AND OLD.state {test} AND NOT (NEW.is_public AND NEW.state {test}))
    EXECUTE FUNCTION partners_depart('accords', 'public_id');
CREATE TRIGGER zz_back AFTER UPDATE OF is_public, state ON partners_agreement FOR EACH ROW
    WHEN (NEW.is_public AND NEW.state {test} AND NOT (OLD.is_public AND OLD.state {test}))
    EXECUTE FUNCTION partners_come_back('accords', 'public_id');
"""


class Migration(migrations.Migration):
    dependencies = [("partners", "0017_agreement_first_versions")]
    operations = [
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "void"]),
                    models.Q(("shared_at__isnull", False), ("starts_on__isnull", False)),
                    _connector="OR",
                ),
                name="agreement_active_has_start",
                violation_error_message="Un accord en vigueur a une date de début, et son partenaire le connaît.",
            ),
        ),
        migrations.RemoveField(model_name="agreement", name="amount_cents"),
        migrations.RunSQL(SPAN, NO_SPAN),
        migrations.RunSQL(FROZEN, THAWED),
        migrations.RunSQL(KEPT.format(test="IN ('active', 'ended')"), KEPT.format(test="<> 'draft'")),
    ]
