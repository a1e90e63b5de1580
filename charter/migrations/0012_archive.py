"""Archive copies of sealed attestations: rows are added, never changed nor deleted."""

import charter.models.paper
import django.db.models.deletion
from django.db import migrations, models

FROZEN = """
CREATE FUNCTION charter_archive_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Une copie d’archivage ne change pas et ne se supprime pas.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'archive_is_frozen';
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON charter_archive
    FOR EACH ROW EXECUTE FUNCTION charter_archive_frozen();
CREATE TRIGGER kept BEFORE TRUNCATE ON charter_archive
    FOR EACH STATEMENT EXECUTE FUNCTION charter_archive_frozen();
"""
MELTED = """
DROP TRIGGER frozen ON charter_archive;
DROP TRIGGER kept ON charter_archive;
DROP FUNCTION charter_archive_frozen();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('charter', '0011_campaign'),
    ]

    operations = [
        migrations.CreateModel(
            name='Archive',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='numéro')),
                ('file', models.FileField(upload_to=charter.models.paper.paper_path, verbose_name='fichier')),
                ('digest', models.CharField(max_length=64, unique=True, verbose_name='empreinte SHA-256')),
                ('archived_at', models.DateTimeField(verbose_name='horodatée le')),
                ('authority', models.CharField(max_length=200, verbose_name='autorité d’horodatage')),
                ('ends_at', models.DateTimeField(verbose_name='à renouveler avant le')),
                ('paper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='archives', to='charter.paper', verbose_name='attestation scellée')),
            ],
            options={
                'verbose_name': 'copie d’archivage',
                'verbose_name_plural': 'copies d’archivage',
                'ordering': ['-archived_at', '-pk'],
                'constraints': [models.UniqueConstraint(fields=('paper', 'number'), name='archive_number_once'), models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$'), ('number__gte', 1), models.Q(('file', ''), _negated=True), models.Q(('authority', ''), _negated=True)), name='archive_is_whole'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('archived_at'))), name='archive_ends_after_it_was_stamped')],
            },
        ),
        migrations.RunSQL(FROZEN, MELTED),
    ]
