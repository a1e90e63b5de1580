"""Sealed attestations: rows are added, never changed nor deleted."""

import charter.models.paper
import django.db.models.deletion
from django.db import migrations, models

FROZEN = """
CREATE FUNCTION charter_paper_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Une attestation scellée ne change pas et ne se supprime pas.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'paper_is_frozen';
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON charter_paper
    FOR EACH ROW EXECUTE FUNCTION charter_paper_frozen();
CREATE TRIGGER kept BEFORE TRUNCATE ON charter_paper
    FOR EACH STATEMENT EXECUTE FUNCTION charter_paper_frozen();
"""
MELTED = """
DROP TRIGGER frozen ON charter_paper;
DROP TRIGGER kept ON charter_paper;
DROP FUNCTION charter_paper_frozen();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('charter', '0007_carried_over'),
    ]

    operations = [
        migrations.CreateModel(
            name='Paper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveSmallIntegerField(verbose_name='révision')),
                ('facts_at', models.DateTimeField(verbose_name='dit l’état au')),
                ('file', models.FileField(upload_to=charter.models.paper.paper_path, verbose_name='fichier')),
                ('digest', models.CharField(max_length=64, unique=True, verbose_name='empreinte SHA-256')),
                ('sealed_at', models.DateTimeField(verbose_name='scellé le')),
                ('seal_name', models.CharField(max_length=200, verbose_name='cachet')),
                ('seal_fingerprint', models.CharField(max_length=64, verbose_name='empreinte du certificat')),
                ('stamped_at', models.DateTimeField(blank=True, null=True, verbose_name='horodaté le')),
                ('authority', models.CharField(blank=True, max_length=200, verbose_name='autorité d’horodatage')),
                ('signature', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='charter.signature')),
            ],
            options={
                'verbose_name': 'attestation scellée',
                'verbose_name_plural': 'attestations scellées',
                'ordering': ['-sealed_at', '-pk'],
                'constraints': [models.UniqueConstraint(fields=('signature', 'revision'), name='paper_revision_once'), models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$'), ('seal_fingerprint__regex', '^[0-9a-f]{64}$'), models.Q(('file', ''), _negated=True), models.Q(('seal_name', ''), _negated=True)), name='paper_is_whole'), models.CheckConstraint(condition=models.Q(models.Q(('authority', ''), ('stamped_at__isnull', True)), models.Q(('stamped_at__isnull', False), models.Q(('authority', ''), _negated=True)), _connector='OR'), name='paper_time_has_an_authority'), models.CheckConstraint(condition=models.Q(('sealed_at__gte', models.F('facts_at'))), name='paper_sealed_after_its_facts')],
            },
        ),
        migrations.RunSQL(FROZEN, MELTED),
    ]
