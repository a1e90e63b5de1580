"""Re-engagement campaigns: what was opened does not move, what was closed never changes, lists are frozen."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

FUNCTIONS = """
CREATE FUNCTION charter_campaign_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.opened_at IS NULL THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR OLD.closed_at IS NOT NULL
        OR (OLD.public_id, OLD.version_id, OLD.opens_on, OLD.closes_on, OLD.grace_on, OLD.prepared_by_id,
            OLD.prepared_at, OLD.opened_by_id, OLD.opened_at)
        IS DISTINCT FROM
           (NEW.public_id, NEW.version_id, NEW.opens_on, NEW.closes_on, NEW.grace_on, NEW.prepared_by_id,
            NEW.prepared_at, NEW.opened_by_id, NEW.opened_at)
    THEN
        RAISE EXCEPTION 'Une campagne ouverte ne change plus, sinon pour être close ; close, elle ne change jamais.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'campaign_is_frozen';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION charter_concerned_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM charter_campaign c
               WHERE c.id = CASE TG_OP WHEN 'INSERT' THEN NEW.campaign_id ELSE OLD.campaign_id END
               AND CASE TG_OP WHEN 'INSERT' THEN c.closed_at ELSE c.opened_at END IS NOT NULL) THEN
        RAISE EXCEPTION 'Les organisations concernées par une campagne ouverte ne changent pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'campaign_concerned_is_frozen';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION charter_register_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT 1 FROM charter_campaign c WHERE c.id = NEW.campaign_id AND c.closed_at IS NOT NULL) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'Le registre d’une campagne close ne change pas.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'campaign_register_is_frozen';
END $$;

CREATE FUNCTION charter_reminder_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.confirmed_at IS NOT NULL THEN
        RAISE EXCEPTION 'Une relance confirmée ne change plus.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reminder_is_frozen';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION charter_recipient_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (OLD.reminder_id, OLD.organisation_id, OLD.person_id)
            IS NOT DISTINCT FROM (NEW.reminder_id, NEW.organisation_id, NEW.person_id) THEN
            RETURN NEW;
        END IF;
    ELSIF NOT EXISTS (SELECT 1 FROM charter_reminder r WHERE r.confirmed_at IS NOT NULL
                      AND r.id = CASE TG_OP WHEN 'INSERT' THEN NEW.reminder_id ELSE OLD.reminder_id END) THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'La liste des destinataires d’une relance ne change pas.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reminder_recipients_are_frozen';
END $$;
"""
TRIGGERS = """
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON charter_campaign
    FOR EACH ROW EXECUTE FUNCTION charter_campaign_frozen();
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON charter_concerned
    FOR EACH ROW EXECUTE FUNCTION charter_concerned_frozen();
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON charter_registerline
    FOR EACH ROW EXECUTE FUNCTION charter_register_frozen();
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON charter_reminder
    FOR EACH ROW EXECUTE FUNCTION charter_reminder_frozen();
CREATE TRIGGER frozen BEFORE INSERT OR UPDATE OR DELETE ON charter_recipient
    FOR EACH ROW EXECUTE FUNCTION charter_recipient_frozen();
"""
NO_FUNCTIONS = """
DROP FUNCTION charter_campaign_frozen, charter_concerned_frozen, charter_register_frozen,
    charter_reminder_frozen, charter_recipient_frozen CASCADE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('charter', '0010_passkey'),
        ('partners', '0009_messages_and_counts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('opens_on', models.DateField(verbose_name='s’ouvre le')),
                ('closes_on', models.DateField(verbose_name='se termine le (inclus)')),
                ('grace_on', models.DateField(verbose_name='délai de grâce jusqu’au (inclus)')),
                ('prepared_at', models.DateTimeField(verbose_name='préparée le')),
                ('opened_at', models.DateTimeField(null=True, verbose_name='ouverte le')),
                ('closed_at', models.DateTimeField(null=True, verbose_name='close le')),
                ('motive', models.CharField(blank=True, max_length=500, verbose_name='motif de la clôture')),
                ('register_digest', models.CharField(blank=True, max_length=64, verbose_name='empreinte du registre')),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='close par')),
                ('opened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ouverte par')),
                ('prepared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='préparée par')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='charter.charterversion', verbose_name='version')),
            ],
            options={
                'verbose_name': 'campagne de réengagement',
                'verbose_name_plural': 'campagnes de réengagement',
                'ordering': ['-opens_on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Concerned',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('origin', models.CharField(choices=[('standing', 'signataire de la version précédente à l’ouverture'), ('invited', 'invitée par un agent')], max_length=8, verbose_name='à quel titre')),
                ('added_at', models.DateTimeField(verbose_name='depuis le')),
                ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='par')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='concerned', to='charter.campaign')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
            ],
            options={
                'verbose_name': 'organisation concernée',
                'verbose_name_plural': 'organisations concernées',
                'ordering': ['organisation__search_name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='RegisterLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(verbose_name='rang')),
                ('organisation_name', models.CharField(max_length=160, verbose_name='organisation, nom du jour')),
                ('organisation_siren', models.CharField(blank=True, max_length=9, verbose_name='SIREN du jour')),
                ('network_name', models.CharField(blank=True, max_length=160, verbose_name='réseau du jour')),
                ('region_name', models.CharField(blank=True, max_length=80, verbose_name='région du jour')),
                ('origin', models.CharField(max_length=8, verbose_name='à quel titre')),
                ('fate', models.CharField(choices=[('signed', 'réengagée'), ('carried', 'réengagée, signature reportée'), ('pending', 'signée, en attente de contresignature'), ('contested', 'signature contestée'), ('withdrawn', 'retirée'), ('refused', 'non contresignée'), ('silent', 'sans réponse')], max_length=9, verbose_name='issue')),
                ('signed_at', models.DateTimeField(null=True, verbose_name='signée le')),
                ('countersigned_at', models.DateTimeField(null=True, verbose_name='contresignée le')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='register', to='charter.campaign')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('signature', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='charter.signature')),
            ],
            options={
                'verbose_name': 'ligne du registre',
                'verbose_name_plural': 'lignes du registre',
                'ordering': ['campaign', 'position'],
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('group', models.CharField(choices=[('unopened', 'N’ont pas ouvert le lien'), ('opened', 'Ont ouvert le lien, sans afficher le texte'), ('read', 'Ont lu le texte, sans signer')], max_length=8, verbose_name='à qui')),
                ('drafted_at', models.DateTimeField(verbose_name='préparée le')),
                ('confirmed_at', models.DateTimeField(null=True, verbose_name='confirmée le')),
                ('motive', models.CharField(blank=True, max_length=500, verbose_name='motif')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='charter.campaign')),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmée par')),
                ('drafted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='préparée par')),
            ],
            options={
                'verbose_name': 'relance',
                'ordering': ['-drafted_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Recipient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('listed', 'sur la liste'), ('owed', 'en cours d’envoi'), ('sent', 'partie'), ('signed', 'écartée : a signé entre-temps'), ('left', 'écartée : ne représente plus l’organisation')], default='listed', max_length=6, verbose_name='suite')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partners.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='destinataire')),
                ('reminder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recipients', to='charter.reminder')),
            ],
            options={
                'verbose_name': 'destinataire de relance',
                'verbose_name_plural': 'destinataires de relances',
                'ordering': ['organisation__search_name', 'person__full_name', 'pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('closes_on__gte', models.F('opens_on'))), name='campaign_closes_after_it_opens', violation_error_message='La campagne se termine avant de s’ouvrir.'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('grace_on__gte', models.F('closes_on'))), name='campaign_grace_after_it_closes', violation_error_message='Le délai de grâce s’arrête avant la fin de la campagne.'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('opened_at__isnull', True), ('opened_by__isnull', True)), models.Q(('opened_at__isnull', False), ('opened_by__isnull', False)), _connector='OR'), name='campaign_opened_by_someone', violation_error_message='Une campagne ouverte porte le nom de l’agent qui l’a ouverte.'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by__isnull', True), ('motive', ''), ('register_digest', '')), models.Q(('closed_at__gte', models.F('opened_at')), ('closed_by__isnull', False), ('register_digest__regex', '^[0-9a-f]{64}$'), models.Q(('motive', ''), _negated=True)), _connector='OR'), name='campaign_closed_with_its_register', violation_error_message='Une campagne close porte un motif, un agent et l’empreinte de son registre.'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True), ('opened_at__isnull', False)), fields=('closed_at',), name='campaign_open_once', nulls_distinct=False, violation_error_message='Une autre campagne est déjà ouverte : closez-la d’abord.'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('version',), name='campaign_of_version_once', violation_error_message='Une campagne est déjà préparée ou ouverte pour cette version.'),
        ),
        migrations.AddConstraint(
            model_name='concerned',
            constraint=models.UniqueConstraint(fields=('campaign', 'organisation'), name='campaign_concerns_once', violation_error_message='Cette organisation est déjà concernée par la campagne.'),
        ),
        migrations.AddConstraint(
            model_name='registerline',
            constraint=models.UniqueConstraint(fields=('campaign', 'position'), name='register_position_once'),
        ),
        migrations.AddConstraint(
            model_name='registerline',
            constraint=models.UniqueConstraint(fields=('campaign', 'organisation'), name='register_organisation_once'),
        ),
        migrations.AddConstraint(
            model_name='registerline',
            constraint=models.CheckConstraint(condition=models.Q(('fate__in', ['signed', 'carried', 'pending', 'contested', 'withdrawn', 'refused', 'silent'])), name='register_fate_known'),
        ),
        migrations.AddConstraint(
            model_name='registerline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('fate__in', ('signed', 'carried', 'pending')), ('signature__isnull', False), ('signed_at__isnull', False)), models.Q(('fate__in', ('signed', 'carried', 'pending')), _negated=True), _connector='OR'), name='register_answer_has_its_signature'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at__isnull', True), ('confirmed_by__isnull', True), ('motive', '')), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False), models.Q(('motive', ''), _negated=True)), _connector='OR'), name='reminder_confirmed_with_a_motive', violation_error_message='Une relance confirmée porte un agent et un motif.'),
        ),
        migrations.AddConstraint(
            model_name='recipient',
            constraint=models.UniqueConstraint(fields=('reminder', 'organisation', 'person'), name='reminder_recipient_once'),
        ),
        migrations.AddConstraint(
            model_name='recipient',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['listed', 'owed', 'sent', 'signed', 'left'])), name='recipient_outcome_known'),
        ),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
    ]
