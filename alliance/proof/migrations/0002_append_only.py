"""The journal is written once: the database itself refuses to change or remove an entry, and checks its hash.

Triggers do not fire where ``session_replication_role`` is ``replica``: so do tests empty their tables.
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Le journal ne se corrige pas et ne s’efface pas : % refusé.', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER journal_entry_keep BEFORE UPDATE OR DELETE ON proof_journalentry
    FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER journal_entry_keep_all BEFORE TRUNCATE ON proof_journalentry
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();

CREATE FUNCTION journal_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.size = OLD.size + 1 THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Le journal grandit d’une entrée à la fois.' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER journal_head_grows BEFORE UPDATE OR DELETE ON proof_journalhead
    FOR EACH ROW EXECUTE FUNCTION journal_only_grows();

ALTER TABLE proof_journalentry ADD CONSTRAINT journal_leaf_hash_matches
    CHECK (leaf_hash = sha256('\\x00'::bytea || convert_to(leaf, 'UTF8')));
"""
UNDO = """
ALTER TABLE proof_journalentry DROP CONSTRAINT journal_leaf_hash_matches;
DROP TRIGGER journal_head_grows ON proof_journalhead;
DROP FUNCTION journal_only_grows();
DROP TRIGGER journal_entry_keep_all ON proof_journalentry;
DROP TRIGGER journal_entry_keep ON proof_journalentry;
DROP FUNCTION journal_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("proof", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, UNDO)]
