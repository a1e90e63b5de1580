"""The evidence of signatures: a chain of events that only grows. What names a person can be erased, and only that."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GROWS = """
CREATE FUNCTION charter_evidence_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
BEGIN
    SELECT position, after INTO last FROM charter_evidenceevent
    WHERE organisation_id = NEW.organisation_id AND version_id = NEW.version_id ORDER BY position DESC LIMIT 1;
    IF NEW.position <> coalesce(last.position + 1, 0) OR NEW.before <> coalesce(last.after, repeat('0', 64)) THEN
        RAISE EXCEPTION 'Un événement de preuve suit le dernier de sa chaîne.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'evidence_follows';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER follows BEFORE INSERT ON charter_evidenceevent
    FOR EACH ROW EXECUTE FUNCTION charter_evidence_follows();

CREATE FUNCTION charter_evidence_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.person_id IS NULL AND NEW.private IS NULL AND NEW.salt IS NULL
        AND (NEW.id, NEW.organisation_id, NEW.version_id, NEW.position, NEW.signature_id, NEW.kind, NEW.at, NEW.details,
             NEW.commitment, NEW.before, NEW.after)
            IS NOT DISTINCT FROM
            (OLD.id, OLD.organisation_id, OLD.version_id, OLD.position, OLD.signature_id, OLD.kind, OLD.at, OLD.details,
             OLD.commitment, OLD.before, OLD.after)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Un événement de preuve ne change pas et ne se supprime pas.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'evidence_is_frozen';
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON charter_evidenceevent
    FOR EACH ROW EXECUTE FUNCTION charter_evidence_frozen();
CREATE TRIGGER kept BEFORE TRUNCATE ON charter_evidenceevent
    FOR EACH STATEMENT EXECUTE FUNCTION charter_evidence_frozen();
"""
FREE = """
DROP TRIGGER follows ON charter_evidenceevent;
DROP TRIGGER frozen ON charter_evidenceevent;
DROP TRIGGER kept ON charter_evidenceevent;
DROP FUNCTION charter_evidence_follows();
DROP FUNCTION charter_evidence_frozen();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('charter', '0008_sealed_papers'),
        ('partners', '0008_project_own_point'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EvidenceEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(verbose_name='rang')),
                ('kind', models.CharField(choices=[('invited', 'invitation'), ('reminded', 'relance'), ('mail_queued', 'lettre à envoyer'), ('mail_accepted', 'lettre acceptée par le serveur'), ('mail_refused', 'lettre non partie'), ('opened', 'page ouverte'), ('authenticated', 'personne reconnue'), ('displayed', 'texte affiché'), ('transmitted', 'transmission au représentant'), ('deliberation_announced', 'délibération annoncée'), ('mandate_deposited', 'mandat déposé'), ('mandate_verified', 'mandat vérifié'), ('mandate_refused', 'mandat refusé'), ('mandate_contested', 'mandat contesté'), ('code_sent', 'code envoyé'), ('code_failed', 'code non parti'), ('code_wrong', 'code faux'), ('code_verified', 'code vérifié'), ('passkey_verified', 'clé d’accès vérifiée'), ('consented', 'consentement'), ('signed', 'signature'), ('sealed', 'scellement'), ('timestamped', 'horodatage'), ('countersigned', 'contresignature'), ('refused', 'refus de contresigner'), ('delivered', 'attestation remise'), ('withdrawn', 'retrait'), ('superseded', 'remplacement par une signature plus récente'), ('carried_over', 'report sur une version éditoriale'), ('evidence_read', 'dossier de preuve consulté')], max_length=24, verbose_name='nature')),
                ('at', models.DateTimeField(verbose_name='le')),
                ('details', models.JSONField(default=dict, verbose_name='détails')),
                ('private', models.JSONField(null=True, verbose_name='en clair')),
                ('salt', models.BinaryField(max_length=32, null=True, verbose_name='sel')),
                ('commitment', models.CharField(blank=True, max_length=64, verbose_name='engagement')),
                ('before', models.CharField(max_length=64, verbose_name='empreinte avant')),
                ('after', models.CharField(max_length=64, unique=True, verbose_name='empreinte après')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                ('signature', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='charter.signature')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='charter.charterversion')),
            ],
            options={
                'verbose_name': 'événement de preuve',
                'verbose_name_plural': 'événements de preuve',
                'ordering': ['organisation', 'version', 'position'],
                'indexes': [models.Index(fields=['version', 'kind'], name='evidence_of_version')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'version', 'position'), name='evidence_position_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['invited', 'reminded', 'mail_queued', 'mail_accepted', 'mail_refused', 'opened', 'authenticated', 'displayed', 'transmitted', 'deliberation_announced', 'mandate_deposited', 'mandate_verified', 'mandate_refused', 'mandate_contested', 'code_sent', 'code_failed', 'code_wrong', 'code_verified', 'passkey_verified', 'consented', 'signed', 'sealed', 'timestamped', 'countersigned', 'refused', 'delivered', 'withdrawn', 'superseded', 'carried_over', 'evidence_read'])), name='evidence_kind_known'), models.CheckConstraint(condition=models.Q(('after__regex', '^[0-9a-f]{64}$'), ('before__regex', '^[0-9a-f]{64}$'), ('commitment__regex', '^([0-9a-f]{64})?$')), name='evidence_digests_are_whole'), models.CheckConstraint(condition=models.Q(models.Q(('person__isnull', True), ('private__isnull', True), ('salt__isnull', True)), models.Q(('private__isnull', False), ('salt__isnull', False), models.Q(('commitment', ''), _negated=True)), _connector='OR'), name='evidence_private_is_committed')],
            },
        ),
        migrations.RunSQL(GROWS, FREE),
    ]
