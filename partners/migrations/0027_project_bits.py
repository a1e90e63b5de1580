"""One bit for each project and each value of a filter: docs/decisions/0017-query-engine.md."""

import django.contrib.postgres.fields
import django.db.models.deletion
import partners.models.project_bits
from django.db import migrations, models

TOUCHED = """
CREATE FUNCTION partners_project_come_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO partners_projecttouched (project_id) SELECT project_id FROM come;
    RETURN NULL;
END $$;
CREATE FUNCTION partners_project_gone_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO partners_projecttouched (project_id) SELECT project_id FROM gone;
    RETURN NULL;
END $$;
CREATE FUNCTION partners_tree_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO partners_projecttouched (project_id) VALUES (NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER touched_come AFTER INSERT ON partners_projectindex REFERENCING NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION partners_project_come_touched();
CREATE TRIGGER touched_changed AFTER UPDATE ON partners_projectindex REFERENCING NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION partners_project_come_touched();
CREATE TRIGGER touched_gone AFTER DELETE ON partners_projectindex REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION partners_project_gone_touched();
CREATE TRIGGER tree_touched AFTER UPDATE OF parent_id, kind ON partners_organisation FOR EACH ROW
    WHEN (OLD.parent_id IS DISTINCT FROM NEW.parent_id OR OLD.kind <> NEW.kind)
    EXECUTE FUNCTION partners_tree_touched();
"""
UNTOUCHED = """
DROP TRIGGER tree_touched ON partners_organisation;
DROP TRIGGER touched_come ON partners_projectindex;
DROP TRIGGER touched_changed ON partners_projectindex;
DROP TRIGGER touched_gone ON partners_projectindex;
DROP FUNCTION partners_project_come_touched, partners_project_gone_touched, partners_tree_touched;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('partners', '0026_likely_pairs'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProjectBase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('first_chunk', models.IntegerField()),
                ('last_chunk', models.IntegerField()),
                ('built_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ProjectBits',
            fields=[
                ('pk', models.CompositePrimaryKey('name', 'value', 'chunk', blank=True, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=10)),
                ('value', models.TextField()),
                ('chunk', models.IntegerField()),
                ('bits', partners.models.project_bits.BitsField()),
            ],
        ),
        migrations.CreateModel(
            name='ProjectGroup',
            fields=[
                ('pk', models.CompositePrimaryKey('name', 'value', blank=True, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=10)),
                ('value', models.TextField()),
                ('leads', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField())),
            ],
        ),
        migrations.CreateModel(
            name='ProjectWordBits',
            fields=[
                ('pk', models.CompositePrimaryKey('word', 'chunk', blank=True, editable=False, primary_key=True, serialize=False)),
                ('word', models.TextField()),
                ('chunk', models.IntegerField()),
                ('bits', partners.models.project_bits.BitsField()),
            ],
        ),
        migrations.CreateModel(
            name='ProjectRun',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('chunk', models.IntegerField()),
                ('first', models.IntegerField()),
                ('size', models.IntegerField()),
                ('tile', models.BigIntegerField()),
                ('lat', models.FloatField()),
                ('lon', models.FloatField()),
            ],
            options={
                'indexes': [models.Index(fields=['tile'], include=('chunk', 'first', 'size', 'lat', 'lon'), name='projectrun_tile')],
            },
        ),
        migrations.CreateModel(
            name='ProjectTouched',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('project', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.project')),
            ],
        ),
        migrations.CreateModel(
            name='ProjectSlot',
            fields=[
                ('slot', models.IntegerField(primary_key=True, serialize=False)),
                ('confirmed_on', models.DateField()),
                ('project', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='partners.project')),
            ],
            options={
                'indexes': [models.Index(models.OrderBy(models.F('confirmed_on'), descending=True), models.OrderBy(models.F('project'), descending=True), include=('slot',), name='projectslot_recent')],
            },
        ),
        migrations.RunSQL(TOUCHED, UNTOUCHED),
    ]
