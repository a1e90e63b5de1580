"""Organisations found by their words like projects; a vocabulary for mistyped searches."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models


ORGANISATIONS = """
CREATE FUNCTION partners_organisation_words(organisation bigint, commune text, parent bigint) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ',
        (SELECT c.name || ' ' || d.name || ' ' || r.name FROM partners_commune c
            JOIN partners_department d ON d.code = c.department_id JOIN partners_region r ON r.code = c.region_id
            WHERE c.code = commune),
        (SELECT name || ' ' || short_name FROM partners_organisation WHERE id = parent),
        (SELECT string_agg(a.label, ' ') FROM partners_organisation_axes oa JOIN partners_axis a ON a.id = oa.axis_id
            WHERE oa.organisation_id = organisation))
$$;
CREATE FUNCTION partners_organisation_index() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search := setweight(to_tsvector('fr', concat_ws(' ', NEW.name, NEW.short_name, NEW.siren, NEW.siret, NEW.rna)), 'A')
        || setweight(to_tsvector('fr', concat_ws(' ', NEW.summary,
            partners_organisation_words(NEW.id, NEW.commune_id, NEW.parent_id))), 'B')
        || setweight(to_tsvector('fr', left(NEW.description, 20000)), 'C');
    RETURN NEW;
END $$;
CREATE TRIGGER c_index BEFORE INSERT OR UPDATE
    OF name, short_name, siren, siret, rna, summary, description, commune_id, parent_id, search
    ON partners_organisation FOR EACH ROW EXECUTE FUNCTION partners_organisation_index();

CREATE FUNCTION partners_organisation_axes_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE partners_organisation SET search = NULL WHERE id IN (SELECT organisation_id FROM changed);
    RETURN NULL;
END $$;
CREATE TRIGGER axes_added AFTER INSERT ON partners_organisation_axes REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION partners_organisation_axes_changed();
CREATE TRIGGER axes_removed AFTER DELETE ON partners_organisation_axes REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION partners_organisation_axes_changed();

CREATE FUNCTION partners_network_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE partners_organisation SET search = NULL WHERE parent_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER network_renamed AFTER UPDATE OF name, short_name ON partners_organisation FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name OR OLD.short_name IS DISTINCT FROM NEW.short_name)
    EXECUTE FUNCTION partners_network_renamed();

CREATE FUNCTION partners_axis_relabelled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE partners_organisation SET search = NULL
    WHERE id IN (SELECT organisation_id FROM partners_organisation_axes WHERE axis_id = NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER relabelled AFTER UPDATE OF label ON partners_axis FOR EACH ROW
    WHEN (OLD.label <> NEW.label) EXECUTE FUNCTION partners_axis_relabelled();

UPDATE partners_organisation SET search = NULL;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('partners', '0003_membership_ended_at'),
    ]

    operations = [
        migrations.CreateModel(
            name='VocabularyWord',
            fields=[
                ('word', models.CharField(max_length=30, primary_key=True, serialize=False, verbose_name='sans accent')),
                ('shown', models.CharField(max_length=30, verbose_name='tel qu’on l’écrit')),
                ('uses', models.PositiveIntegerField()),
            ],
            options={
                'verbose_name': 'mot du vocabulaire',
                'verbose_name_plural': 'mots du vocabulaire',
            },
        ),
        migrations.AddField(
            model_name='organisation',
            name='search',
            field=django.contrib.postgres.search.SearchVectorField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name='organisation',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search'], name='organisation_search'),
        ),
        migrations.AddIndex(
            model_name='vocabularyword',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass('word', name='gin_trgm_ops'), name='vocabulary_word_trgm'),
        ),
        migrations.RunSQL(ORGANISATIONS, migrations.RunSQL.noop),
    ]
