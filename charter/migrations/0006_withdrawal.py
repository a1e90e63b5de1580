"""A withdrawal is a signed act of its own: it needs power, and never changes."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

WITHDRAWAL = """
CREATE TRIGGER needs_power BEFORE INSERT ON charter_withdrawal
    FOR EACH ROW EXECUTE FUNCTION charter_withdrawal_needs_power();
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON charter_withdrawal
    FOR EACH ROW EXECUTE FUNCTION charter_withdrawal_frozen();
CREATE TRIGGER withdrawal_fits BEFORE UPDATE OF withdrawal_id ON charter_signature
    FOR EACH ROW EXECUTE FUNCTION charter_signature_withdrawal_fits();
"""
FUNCTIONS = """
CREATE FUNCTION charter_withdrawal_needs_power() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM charter_mandate m
        WHERE m.id = NEW.mandate_id AND m.organisation_id = NEW.organisation_id AND m.person_id = NEW.signer_id
        AND m.state = 'verified'
        AND (NEW.signed_at AT TIME ZONE 'Europe/Paris')::date
            BETWEEN m.starts_on AND coalesce(m.ends_on, 'infinity'::date)
    ) THEN
        RAISE EXCEPTION 'Sans mandat vérifié de cette personne pour cette organisation à cette date, pas de retrait.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'withdrawal_needs_power';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION charter_withdrawal_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un retrait signé ne change pas et ne se supprime pas.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'withdrawal_is_frozen';
END $$;

CREATE FUNCTION charter_signature_withdrawal_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.withdrawal_id IS NOT DISTINCT FROM OLD.withdrawal_id THEN
        RETURN NEW;
    END IF;
    IF OLD.withdrawal_id IS NOT NULL
        OR NOT EXISTS (SELECT 1 FROM charter_withdrawal w WHERE w.id = NEW.withdrawal_id
                       AND w.organisation_id = NEW.organisation_id AND w.signed_at = NEW.withdrawn_at)
    THEN
        RAISE EXCEPTION 'Le retrait d’une signature est celui de son organisation, à cet instant, et ne change pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'signature_withdrawal_fits';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('charter', '0005_two_agents_publish'),
        ('partners', '0008_project_own_point'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='signingcode',
            name='act',
            field=models.CharField(choices=[('sign', 'signer'), ('withdraw', 'retirer')], default='sign', max_length=8, verbose_name='acte'),
        ),
        migrations.CreateModel(
            name='Withdrawal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('organisation_name', models.CharField(max_length=160, verbose_name='organisation, nom du jour')),
                ('signer_name', models.CharField(max_length=120, verbose_name='nom du jour')),
                ('signer_job_title', models.CharField(max_length=120, verbose_name='qualité du jour')),
                ('consent_text', models.TextField(verbose_name='texte du consentement')),
                ('motive', models.CharField(blank=True, max_length=500, verbose_name='motif')),
                ('proof_level', models.CharField(max_length=20, verbose_name='preuve de présence')),
                ('signed_at', models.DateTimeField(verbose_name='signé le')),
                ('is_demo', models.BooleanField(default=False, verbose_name='donnée de démonstration')),
                ('mandate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='charter.mandate', verbose_name='mandat')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='withdrawals', to='partners.organisation')),
                ('signer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='signataire du retrait')),
            ],
            options={
                'verbose_name': 'retrait',
                'ordering': ['-signed_at', '-pk'],
            },
        ),
        migrations.AddField(
            model_name='signature',
            name='withdrawal',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='charter.withdrawal', verbose_name='retrait'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawal__isnull', True), ('withdrawn_at__isnull', False), _connector='OR'), name='signature_withdrawal_is_dated'),
        ),
        migrations.AddIndex(
            model_name='withdrawal',
            index=models.Index(fields=['organisation', '-signed_at'], name='withdrawal_of_organisation'),
        ),
        migrations.AddConstraint(
            model_name='withdrawal',
            constraint=models.CheckConstraint(condition=models.Q(('consent_text', ''), _negated=True), name='withdrawal_says_what'),
        ),
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(WITHDRAWAL, migrations.RunSQL.noop),
    ]
