"""Certificates, whose sealed files are added and never changed nor deleted; the survey, whose answers name nobody."""

import alliance.lib.codes
import django.db.models.deletion
import events.models.certificate
import uuid
from django.db import migrations, models

FROZEN = """
CREATE FUNCTION events_certificate_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Une attestation scellée ne change pas et ne se supprime pas.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'certificate_is_frozen';
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON events_certificatepaper
    FOR EACH ROW EXECUTE FUNCTION events_certificate_frozen();
CREATE TRIGGER kept BEFORE TRUNCATE ON events_certificatepaper
    FOR EACH STATEMENT EXECUTE FUNCTION events_certificate_frozen();
"""
MELTED = """
DROP TRIGGER frozen ON events_certificatepaper;
DROP TRIGGER kept ON events_certificatepaper;
DROP FUNCTION events_certificate_frozen();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0007_workshop_capacity'),
    ]

    operations = [
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=alliance.lib.codes.new_code, editable=False, max_length=14, unique=True, verbose_name='code de vérification')),
                ('arrived_at', models.DateTimeField(verbose_name='présente depuis')),
                ('issued_at', models.DateTimeField(verbose_name='délivrée le')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='retirée le')),
                ('withdrawn_because', models.CharField(blank=True, max_length=280, verbose_name='motif du retrait')),
                ('registration', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='certificate', to='events.registration', verbose_name='inscription')),
            ],
            options={
                'verbose_name': 'attestation de présence',
                'verbose_name_plural': 'attestations de présence',
                'ordering': ['-issued_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='CertificatePaper',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveSmallIntegerField(verbose_name='révision')),
                ('facts_at', models.DateTimeField(verbose_name='dit l’état au')),
                ('file', models.FileField(upload_to=events.models.certificate.certificate_path, verbose_name='fichier')),
                ('digest', models.CharField(max_length=64, unique=True, verbose_name='empreinte SHA-256')),
                ('sealed_at', models.DateTimeField(verbose_name='scellée le')),
                ('seal_name', models.CharField(max_length=200, verbose_name='cachet')),
                ('seal_fingerprint', models.CharField(max_length=64, verbose_name='empreinte du certificat')),
                ('stamped_at', models.DateTimeField(blank=True, null=True, verbose_name='horodatée le')),
                ('authority', models.CharField(blank=True, max_length=200, verbose_name='autorité d’horodatage')),
                ('certificate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='papers', to='events.certificate', verbose_name='attestation')),
            ],
            options={
                'verbose_name': 'attestation de présence scellée',
                'verbose_name_plural': 'attestations de présence scellées',
                'ordering': ['-sealed_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='SurveyAnswer',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('innovation', models.PositiveSmallIntegerField(verbose_name='innovation')),
                ('performance', models.PositiveSmallIntegerField(verbose_name='performance')),
                ('confiance', models.PositiveSmallIntegerField(verbose_name='confiance')),
                ('words', models.TextField(blank=True, max_length=1000, verbose_name='en quelques mots')),
                ('convention', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='survey_answers', to='events.convention')),
            ],
            options={
                'verbose_name': 'réponse au questionnaire',
                'verbose_name_plural': 'réponses au questionnaire',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='SurveyMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('registration', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='survey_mark', to='events.registration', verbose_name='inscription')),
            ],
            options={
                'verbose_name': 'réponse reçue',
                'verbose_name_plural': 'réponses reçues',
            },
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(('issued_at__gte', models.F('arrived_at'))), name='certificate_issued_after'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_because', '')), models.Q(('withdrawn_at__gte', models.F('issued_at')), models.Q(('withdrawn_because', ''), _negated=True)), _connector='OR'), name='certificate_withdrawn_has_a_motive', violation_error_message='Dites pourquoi cette attestation est retirée.'),
        ),
        migrations.AddConstraint(
            model_name='certificatepaper',
            constraint=models.UniqueConstraint(fields=('certificate', 'revision'), name='certificate_revision_once'),
        ),
        migrations.AddConstraint(
            model_name='certificatepaper',
            constraint=models.CheckConstraint(condition=models.Q(('digest__regex', '^[0-9a-f]{64}$'), ('seal_fingerprint__regex', '^[0-9a-f]{64}$'), models.Q(('file', ''), _negated=True), models.Q(('seal_name', ''), _negated=True)), name='certificate_paper_is_whole'),
        ),
        migrations.AddConstraint(
            model_name='certificatepaper',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('authority', ''), ('stamped_at__isnull', True)), models.Q(('stamped_at__isnull', False), models.Q(('authority', ''), _negated=True)), _connector='OR'), name='certificate_time_has_an_authority'),
        ),
        migrations.AddConstraint(
            model_name='surveyanswer',
            constraint=models.CheckConstraint(condition=models.Q(('confiance__range', (1, 5)), ('innovation__range', (1, 5)), ('performance__range', (1, 5))), name='survey_marks_from_1_to_5', violation_error_message='Choisissez une note de 1 à 5.'),
        ),
        migrations.RunSQL(FROZEN, MELTED),
    ]
