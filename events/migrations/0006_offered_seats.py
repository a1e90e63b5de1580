from django.conf import settings
from django.db import migrations, models

# A seat that is offered is held: no commit leaves more people confirmed or invited to take a seat than seats.
CHECKED = """
CREATE OR REPLACE FUNCTION events_convention_not_oversold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    convention bigint;
    seats integer;
    confirmed integer;
    offered integer;
BEGIN
    IF TG_TABLE_NAME = 'events_convention' THEN convention := NEW.id; ELSE convention := NEW.convention_id; END IF;
    SELECT capacity INTO seats FROM events_convention WHERE id = convention FOR NO KEY UPDATE;
    SELECT count(*) FILTER (WHERE status = 'confirmed'), count(*) FILTER (WHERE status = 'offered')
        INTO confirmed, offered
        FROM events_registration WHERE convention_id = convention AND status IN ('confirmed', 'offered');
    IF confirmed > seats THEN
        RAISE EXCEPTION 'convention % has % people confirmed for % seats', convention, confirmed, seats
            USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_not_oversold', TABLE = TG_TABLE_NAME;
    END IF;
    IF confirmed + offered > seats THEN
        RAISE EXCEPTION 'convention % has % seats held for % seats', convention, confirmed + offered, seats
            USING ERRCODE = 'check_violation', CONSTRAINT = 'convention_not_overoffered', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER registration_not_oversold ON events_registration;
CREATE CONSTRAINT TRIGGER registration_not_oversold
    AFTER INSERT OR UPDATE OF status, convention_id ON events_registration
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status IN ('confirmed', 'offered'))
    EXECUTE FUNCTION events_convention_not_oversold();
"""

# Nobody offered seats so far: a row that says so waits. Those registered already come as what their organisation is.
KNOWN_BEFORE = """
UPDATE events_registration SET status = 'waiting' WHERE status = 'offered';
UPDATE events_registration SET declined_at = registered_at WHERE status = 'declined';
UPDATE events_registration AS registration SET audience = CASE
        WHEN account.is_staff THEN 'poste'
        WHEN organisation.kind = 'network' THEN 'network'
        WHEN organisation.id IS NOT NULL THEN 'partner'
        ELSE 'public' END
    FROM events_attendee AS attendee
    LEFT JOIN partners_organisation AS organisation ON organisation.id = attendee.organisation_id
    LEFT JOIN partners_user AS account ON account.id = attendee.user_id
    WHERE attendee.id = registration.attendee_id;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0005_workshop_wishes'),
        ('partners', '0037_arrival_and_my_data'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SeatQuota',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('audience', models.CharField(choices=[('network', 'têtes de réseau'), ('partner', 'partenaires locaux'), ('poste', 'La Poste'), ('public', 'public')], max_length=7, verbose_name='pour')),
                ('seats', models.PositiveIntegerField(verbose_name='places réservées')),
            ],
            options={
                'verbose_name': 'places réservées',
                'verbose_name_plural': 'places réservées',
                'ordering': ['convention', 'audience'],
            },
        ),
        migrations.AddField(
            model_name='convention',
            name='offer_hours',
            field=models.PositiveSmallIntegerField(default=24, help_text='Moins quand le jour approche. Zéro : une place qui se libère est confirmée d’office.', verbose_name='heures pour répondre à une place proposée'),
        ),
        migrations.AddField(
            model_name='convention',
            name='quotas_end_at',
            field=models.DateTimeField(blank=True, help_text='Ensuite, les places réservées qui restent vont à qui les attend. Vide : jusqu’à la veille du début.', null=True, verbose_name='places réservées jusqu’au'),
        ),
        migrations.AddField(
            model_name='registration',
            name='audience',
            field=models.CharField(choices=[('network', 'têtes de réseau'), ('partner', 'partenaires locaux'), ('poste', 'La Poste'), ('public', 'public')], db_default='public', default='public', max_length=7, verbose_name='au titre de'),
        ),
        migrations.AddField(
            model_name='registration',
            name='declined_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='déclinée le'),
        ),
        migrations.AddField(
            model_name='registration',
            name='offer_ends_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='proposée jusqu’au'),
        ),
        migrations.AddField(
            model_name='registration',
            name='offered_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='proposée le'),
        ),
        migrations.AlterField(
            model_name='registration',
            name='status',
            field=models.CharField(choices=[('confirmed', 'confirmée'), ('waiting', 'sur liste d’attente'), ('offered', 'place proposée'), ('declined', 'place déclinée'), ('expired', 'sans réponse'), ('cancelled', 'annulée')], max_length=9, verbose_name='état'),
        ),
        migrations.RunSQL(KNOWN_BEFORE, migrations.RunSQL.noop),
        migrations.RunSQL(CHECKED, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='registration',
            index=models.Index(models.F('offer_ends_at'), condition=models.Q(('status', 'offered')), name='registration_offers'),
        ),
        migrations.AddConstraint(
            model_name='convention',
            constraint=models.CheckConstraint(condition=models.Q(('offer_hours__lte', 168)), name='convention_offers_within_a_week', violation_error_message='Laissez 168 heures (une semaine) au plus pour répondre.'),
        ),
        migrations.AddConstraint(
            model_name='registration',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['offered', 'expired']), _negated=True), models.Q(('offer_ends_at__gt', models.F('offered_at')), ('offered_at__isnull', False)), _connector='OR'), name='registration_offered_has_a_term'),
        ),
        migrations.AddConstraint(
            model_name='registration',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'declined'), _negated=True), ('declined_at__isnull', False), _connector='OR'), name='registration_declined_is_dated'),
        ),
        migrations.AddField(
            model_name='seatquota',
            name='convention',
            field=models.ForeignKey(on_delete=models.CASCADE, related_name='quotas', to='events.convention'),
        ),
        migrations.AddConstraint(
            model_name='seatquota',
            constraint=models.UniqueConstraint(fields=('convention', 'audience'), name='seat_quota_once', violation_error_message='Ces participants ont déjà leurs places réservées : changez leur nombre.'),
        ),
        migrations.AddConstraint(
            model_name='seatquota',
            constraint=models.CheckConstraint(condition=models.Q(('audience__in', ['network', 'partner', 'poste', 'public'])), name='seat_quota_audience_known'),
        ),
    ]
