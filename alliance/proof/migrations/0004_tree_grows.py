"""The database grows the tree: whoever inserts an entry, its nodes come in the same transaction, under the head's lock.

Entries that are there already get theirs here. The trigger is made first: its lock keeps appends out meanwhile.
"""

from django.db import migrations

GROW = """
CREATE FUNCTION journal_grow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found bytea := NEW.leaf_hash;
    neighbour bytea;
    place bigint := NEW.position;
    height int := 0;
BEGIN
    IF NEW.position IS DISTINCT FROM (SELECT size FROM proof_journalhead WHERE id = 1) THEN
        RAISE EXCEPTION 'Le journal s’écrit à la suite : % n’est pas la position attendue.', NEW.position
            USING ERRCODE = 'restrict_violation';
    END IF;
    WHILE place % 2 = 1 LOOP
        IF height = 0 THEN
            SELECT leaf_hash INTO STRICT neighbour FROM proof_journalentry WHERE position = place - 1;
        ELSE
            SELECT hash INTO STRICT neighbour FROM proof_journalnode WHERE level = height AND index = place - 1;
        END IF;
        found := sha256('\\x01'::bytea || neighbour || found);
        place := place / 2;
        height := height + 1;
        INSERT INTO proof_journalnode (level, index, hash) VALUES (height, place, found);
    END LOOP;
    RETURN NULL;
END $$;

CREATE TRIGGER journal_entry_grows AFTER INSERT ON proof_journalentry
    FOR EACH ROW EXECUTE FUNCTION journal_grow();

INSERT INTO proof_journalnode (level, index, hash)
    SELECT 1, l.position / 2, sha256('\\x01'::bytea || l.leaf_hash || r.leaf_hash)
    FROM proof_journalentry l JOIN proof_journalentry r ON r.position = l.position + 1
    WHERE l.position % 2 = 0 ORDER BY l.position;

DO $$
DECLARE
    height int := 1;
BEGIN
    LOOP
        INSERT INTO proof_journalnode (level, index, hash)
            SELECT height + 1, l.index / 2, sha256('\\x01'::bytea || l.hash || r.hash)
            FROM proof_journalnode l JOIN proof_journalnode r ON r.level = height AND r.index = l.index + 1
            WHERE l.level = height AND l.index % 2 = 0 ORDER BY l.index;
        EXIT WHEN NOT FOUND;
        height := height + 1;
    END LOOP;
END $$;

CREATE FUNCTION journal_node_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() > 1 THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Le journal calcule lui-même ses nœuds.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER journal_node_grows BEFORE INSERT ON proof_journalnode
    FOR EACH ROW EXECUTE FUNCTION journal_node_grows();
"""
KEPT = ("proof_journalnode", "proof_publickey", "proof_checkpoint")
KEEP = "".join(
    f"""
CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER {table}_keep_all BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
"""
    for table in KEPT
)
UNDO = "".join(
    f"DROP TRIGGER {table}_keep_all ON {table}; DROP TRIGGER {table}_keep ON {table};" for table in KEPT
) + """
DROP TRIGGER journal_node_grows ON proof_journalnode;
DROP FUNCTION journal_node_grows();
DROP TRIGGER journal_entry_grows ON proof_journalentry;
DROP FUNCTION journal_grow();
"""


class Migration(migrations.Migration):
    dependencies = [("proof", "0003_tree")]
    operations = [migrations.RunSQL(GROW + KEEP, UNDO)]
