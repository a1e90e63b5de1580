"""A published version never changes; the evidence of a signature never changes; nothing of either is deleted."""

from django.db import migrations

VERSION = """
CREATE FUNCTION charter_version_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'published' THEN
        RAISE EXCEPTION 'Une version publiée de la charte ne change pas : publiez une nouvelle version.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'charter_published_is_frozen';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON charter_charterversion
    FOR EACH ROW EXECUTE FUNCTION charter_version_frozen();

CREATE FUNCTION charter_article_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM charter_charterversion v WHERE v.state = 'published' AND v.id IN (
        CASE WHEN TG_OP <> 'INSERT' THEN OLD.version_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.version_id END))
    THEN
        RAISE EXCEPTION 'Une version publiée de la charte ne change pas : publiez une nouvelle version.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'charter_published_is_frozen';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON charter_article
    FOR EACH ROW EXECUTE FUNCTION charter_article_frozen();
"""

SIGNATURE = """
CREATE FUNCTION charter_signature_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Une signature ne se supprime pas : elle se retire.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'signature_is_frozen';
    END IF;
    IF (OLD.code, OLD.organisation_id, OLD.version_id, OLD.signer_id, OLD.mandate_id, OLD.organisation_name,
        OLD.organisation_siren, OLD.signer_name, OLD.signer_job_title, OLD.consent_text, OLD.document_digest,
        OLD.proof_level, OLD.signed_at)
        IS DISTINCT FROM
       (NEW.code, NEW.organisation_id, NEW.version_id, NEW.signer_id, NEW.mandate_id, NEW.organisation_name,
        NEW.organisation_siren, NEW.signer_name, NEW.signer_job_title, NEW.consent_text, NEW.document_digest,
        NEW.proof_level, NEW.signed_at)
        OR (OLD.countersigned_at IS NOT NULL AND (OLD.countersigned_at, OLD.countersigned_by_id)
            IS DISTINCT FROM (NEW.countersigned_at, NEW.countersigned_by_id))
        OR (OLD.refused_at IS NOT NULL AND OLD.refused_at IS DISTINCT FROM NEW.refused_at)
        OR (OLD.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS DISTINCT FROM NEW.withdrawn_at)
    THEN
        RAISE EXCEPTION 'Les faits d’une signature ne changent pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'signature_is_frozen';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON charter_signature
    FOR EACH ROW EXECUTE FUNCTION charter_signature_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("charter", "0002_initial")]
    operations = [
        migrations.RunSQL(VERSION, migrations.RunSQL.noop),
        migrations.RunSQL(SIGNATURE, migrations.RunSQL.noop),
    ]
