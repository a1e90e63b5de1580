"""Former names, numbers and addresses; mergers that can be taken back; organisations told apart."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

# Whatever changes a name, a number or an address (page, import, API, SQL) leaves a dated fact, and the old address leads on.
CHANGED = """
CREATE FUNCTION partners_identity_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told jsonb := lib_told();
BEGIN
    IF current_setting('alliance.merging', true) = 'on' THEN
        RETURN NULL;
    END IF;
    INSERT INTO partners_identityevent (organisation_id, kind, "on", old, new, motive, by_id)
    SELECT NEW.id, c.kind, (now() AT TIME ZONE 'Europe/Paris')::date, c.old, c.new,
        coalesce(told->>'why', ''), (told->>'by')::bigint
    FROM (VALUES ('renamed', OLD.name, NEW.name), ('siren', OLD.siren, NEW.siren), ('siret', OLD.siret, NEW.siret),
                 ('address', OLD.slug, NEW.slug)) AS c (kind, old, new)
    WHERE c.old <> c.new AND c.old <> '';
    IF OLD.slug <> NEW.slug THEN
        DELETE FROM partners_formeraddress WHERE slug = NEW.slug AND organisation_id = NEW.id;
        INSERT INTO partners_formeraddress (slug, organisation_id) VALUES (OLD.slug, NEW.id)
        ON CONFLICT (slug) DO UPDATE SET organisation_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER identity_changed AFTER UPDATE OF name, siren, siret, slug ON partners_organisation FOR EACH ROW
    WHEN (OLD.name <> NEW.name OR OLD.siren <> NEW.siren OR OLD.siret <> NEW.siret OR OLD.slug <> NEW.slug)
    EXECUTE FUNCTION partners_identity_changed();
"""
UNCHANGED = "DROP TRIGGER identity_changed ON partners_organisation; DROP FUNCTION partners_identity_changed();"


class Migration(migrations.Migration):

    dependencies = [
        ('partners', '0024_sheets'),
    ]

    operations = [
        migrations.CreateModel(
            name='FormerAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=120, unique=True, verbose_name='ancienne adresse')),
                ('since', models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='depuis le')),
            ],
            options={
                'verbose_name': 'ancienne adresse',
                'verbose_name_plural': 'anciennes adresses',
                'ordering': ['-since', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='IdentityEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('renamed', 'changement de nom'), ('siren', 'changement de SIREN'), ('siret', 'changement de SIRET'), ('address', 'changement d’adresse sur le portail'), ('merged', 'fusion'), ('unmerged', 'fusion annulée'), ('split', 'scission')], max_length=8, verbose_name='nature')),
                ('on', models.DateField(verbose_name='le')),
                ('old', models.CharField(blank=True, max_length=160, verbose_name='avant')),
                ('new', models.CharField(blank=True, max_length=160, verbose_name='après')),
                ('motive', models.CharField(blank=True, max_length=500, verbose_name='motif')),
                ('is_public', models.BooleanField(db_default=False, default=False, verbose_name='dit sur la page publique')),
                ('at', models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now(), verbose_name='enregistré le')),
            ],
            options={
                'verbose_name': 'fait d’identité',
                'verbose_name_plural': 'faits d’identité',
                'ordering': ['-on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='identifiant public')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='le')),
                ('motive', models.CharField(max_length=500, verbose_name='motif')),
                ('moved', models.JSONField(default=list, verbose_name='ce qui a changé')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='annulée le')),
                ('undo_motive', models.CharField(blank=True, max_length=500, verbose_name='motif de l’annulation')),
            ],
            options={
                'verbose_name': 'fusion de fiches',
                'verbose_name_plural': 'fusions de fiches',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='NotDuplicate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='dit le')),
            ],
            options={
                'verbose_name': 'paire d’organisations distinctes',
                'verbose_name_plural': 'paires d’organisations distinctes',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.AddField(
            model_name='organisation',
            name='absorbed_into',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='absorbed', to='partners.organisation', verbose_name='absorbée par'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('absorbed_into__isnull', True), ('is_public', False), _connector='OR'), name='organisation_absorbed_is_hidden', violation_error_message='Cette fiche a été absorbée par une autre : elle reste masquée.'),
        ),
        migrations.AddField(
            model_name='formeraddress',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_addresses', to='partners.organisation'),
        ),
        migrations.AddField(
            model_name='identityevent',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='identityevent',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identity_events', to='partners.organisation'),
        ),
        migrations.AddField(
            model_name='identityevent',
            name='other',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partners.organisation'),
        ),
        migrations.AddField(
            model_name='merge',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par'),
        ),
        migrations.AddField(
            model_name='merge',
            name='gone',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation', verbose_name='fiche absorbée'),
        ),
        migrations.AddField(
            model_name='merge',
            name='keep',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation', verbose_name='fiche gardée'),
        ),
        migrations.AddField(
            model_name='merge',
            name='undone_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='notduplicate',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='notduplicate',
            name='first',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partners.organisation'),
        ),
        migrations.AddField(
            model_name='notduplicate',
            name='second',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partners.organisation'),
        ),
        migrations.AddIndex(
            model_name='identityevent',
            index=models.Index(fields=['organisation', '-on'], name='identity_event_recent'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('gone',), name='merge_absorbs_once'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.CheckConstraint(condition=models.Q(('keep', models.F('gone')), _negated=True), name='merge_of_two'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('undone_at__isnull', True), ('undone_by__isnull', True)), models.Q(('undone_at__isnull', False), ('undone_by__isnull', False)), _connector='OR'), name='merge_undone_by_someone'),
        ),
        migrations.AddConstraint(
            model_name='notduplicate',
            constraint=models.UniqueConstraint(fields=('first', 'second'), name='not_duplicate_once'),
        ),
        migrations.AddConstraint(
            model_name='notduplicate',
            constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='not_duplicate_in_order'),
        ),
        migrations.RunSQL(CHANGED, UNCHANGED),
    ]
