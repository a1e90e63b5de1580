"""An act concluded with an access key keeps its answer, which never changes (trigger)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FROZEN = """
CREATE FUNCTION charter_assertion_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'La réponse de la clé d’accès d’une signature ne change pas.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'signature_is_frozen';
END $$;
CREATE TRIGGER assertion_frozen BEFORE UPDATE OF assertion ON charter_signature
    FOR EACH ROW WHEN (OLD.assertion IS DISTINCT FROM NEW.assertion)
    EXECUTE FUNCTION charter_assertion_frozen();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('charter', '0009_evidence'),
        ('partners', '0009_messages_and_counts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PasskeyChallenge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('sign', 'signer'), ('withdraw', 'retirer')], max_length=8, verbose_name='acte')),
                ('act_id', models.CharField(max_length=36, unique=True, verbose_name='identifiant réservé')),
                ('session_digest', models.CharField(max_length=64)),
                ('challenge', models.CharField(max_length=64, unique=True, verbose_name='défi')),
                ('reserved_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('credential_id', models.CharField(blank=True, max_length=1400, verbose_name='clé')),
                ('sign_count', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='compteur')),
            ],
            options={
                'verbose_name': 'défi d’une clé d’accès',
                'verbose_name_plural': 'défis des clés d’accès',
            },
        ),
        migrations.AddField(
            model_name='signature',
            name='assertion',
            field=models.JSONField(blank=True, editable=False, null=True, verbose_name='réponse de la clé d’accès'),
        ),
        migrations.AddField(
            model_name='withdrawal',
            name='assertion',
            field=models.JSONField(blank=True, editable=False, null=True, verbose_name='réponse de la clé d’accès'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('assertion__isnull', False), ('proof_level', 'passkey')), models.Q(models.Q(('proof_level', 'passkey'), _negated=True), ('assertion__isnull', True)), _connector='OR'), name='signature_passkey_keeps_its_answer'),
        ),
        migrations.AddConstraint(
            model_name='withdrawal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('assertion__isnull', False), ('proof_level', 'passkey')), models.Q(models.Q(('proof_level', 'passkey'), _negated=True), ('assertion__isnull', True)), _connector='OR'), name='withdrawal_passkey_keeps_its_answer'),
        ),
        migrations.AddField(
            model_name='passkeychallenge',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partners.organisation'),
        ),
        migrations.AddField(
            model_name='passkeychallenge',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='passkeychallenge',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='charter.charterversion'),
        ),
        migrations.AddIndex(
            model_name='passkeychallenge',
            index=models.Index(fields=['user', '-reserved_at'], name='passkey_challenge_latest'),
        ),
        migrations.AddConstraint(
            model_name='passkeychallenge',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('credential_id', ''), ('sign_count__isnull', True), ('used_at__isnull', True)), models.Q(('sign_count__isnull', False), ('used_at__isnull', False), models.Q(('credential_id', ''), _negated=True)), _connector='OR'), name='passkey_challenge_used_by_a_key'),
        ),
        migrations.RunSQL(FROZEN, migrations.RunSQL.noop),
    ]
