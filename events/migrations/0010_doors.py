import uuid

from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Lower

from events.models.ticket_codes import draw_code

# Each person registered already gets a code of their own: the default of a new column would be one code for all.
CODES = """
DO $$
DECLARE
    registration record;
    drawn text;
BEGIN
    FOR registration IN SELECT id, convention_id FROM events_registration WHERE code = '' LOOP
        LOOP
            SELECT string_agg(substr('23456789ACDEFGHJKMNPRTUVWXY', 1 + get_byte(bytes, place) % 27, 1), '')
                INTO drawn
                FROM (SELECT uuid_send(gen_random_uuid()) AS bytes) AS random,
                    unnest(ARRAY[0, 1, 2, 3, 4, 5, 10, 11]) AS place;
            EXIT WHEN NOT EXISTS (
                SELECT FROM events_registration WHERE convention_id = registration.convention_id AND code = drawn
            );
        END LOOP;
        UPDATE events_registration SET code = drawn WHERE id = registration.id;
    END LOOP;
END $$;
"""

# A door lets in people of its own Convention, whatever writes.
SAME_CONVENTION = """
CREATE FUNCTION events_check_in_at_home() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.registration_id IS NOT NULL AND (SELECT convention_id FROM events_door WHERE id = NEW.door_id)
        IS DISTINCT FROM (SELECT convention_id FROM events_registration WHERE id = NEW.registration_id) THEN
        RAISE EXCEPTION 'check-in of another convention'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'check_in_same_convention', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER check_in_same_convention
    BEFORE INSERT OR UPDATE OF registration_id, door_id ON events_checkin
    FOR EACH ROW EXECUTE FUNCTION events_check_in_at_home();
"""
SAME_CONVENTION_REVERSE = """
DROP TRIGGER check_in_same_convention ON events_checkin;
DROP FUNCTION events_check_in_at_home();
"""

MARGIN = "Le jour même, quand toutes les places sont prises : combien de personnes de plus la salle peut recevoir."
STATES = [
    ("confirmed", "confirmée"),
    ("waiting", "sur liste d’attente"),
    ("offered", "place proposée"),
    ("declined", "place déclinée"),
    ("expired", "sans réponse"),
    ("cancelled", "annulée"),
    ("over", "hors capacité"),
]
MEANS = [("scan", "QR code"), ("typed", "code tapé"), ("name", "par le nom"), ("walk_in", "sans inscription")]


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0009_programme_versions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="convention",
            name="door_margin",
            field=models.PositiveIntegerField(
                default=0,
                help_text=MARGIN,
                verbose_name="entrées hors capacité admises",
            ),
        ),
        migrations.AddField(
            model_name="attendee",
            name="affiliation",
            field=models.CharField(blank=True, max_length=160, verbose_name="organisation dite à l’accueil"),
        ),
        migrations.AlterField(
            model_name="attendee",
            name="email",
            field=models.EmailField(blank=True, max_length=254, verbose_name="adresse électronique"),
        ),
        migrations.RemoveConstraint(model_name="attendee", name="attendee_once"),
        migrations.AddConstraint(
            model_name="attendee",
            constraint=models.UniqueConstraint(
                Lower("email"), F("organisation"), condition=~Q(email=""), name="attendee_once", nulls_distinct=False
            ),
        ),
        migrations.AlterField(
            model_name="registration",
            name="status",
            field=models.CharField(choices=STATES, max_length=9, verbose_name="état"),
        ),
        migrations.AddField(
            model_name="registration",
            name="code",
            field=models.CharField(default="", editable=False, max_length=8, verbose_name="code du billet"),
        ),
        migrations.RunSQL(CODES, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="registration",
            name="code",
            field=models.CharField(default=draw_code, editable=False, max_length=8, verbose_name="code du billet"),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.UniqueConstraint(fields=("convention", "code"), name="registration_code_once"),
        ),
        migrations.CreateModel(
            name="Door",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="identifiant public"
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="nom")),
                ("opens_at", models.DateTimeField(verbose_name="ouvre à")),
                ("closes_at", models.DateTimeField(verbose_name="ferme à")),
                ("made_at", models.DateTimeField(verbose_name="créée le")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="fermée le")),
                (
                    "convention",
                    models.ForeignKey(on_delete=models.PROTECT, related_name="doors", to="events.convention"),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "porte",
                "verbose_name_plural": "portes",
                "ordering": ["convention", "name", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(revoked_at__isnull=True),
                        fields=("convention", "name"),
                        name="door_name_once",
                        violation_error_message="Une porte ouverte porte déjà ce nom.",
                    ),
                    models.CheckConstraint(
                        condition=Q(closes_at__gt=F("opens_at")),
                        name="door_times_in_order",
                        violation_error_message="La porte ferme avant d’ouvrir.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(unique=True, verbose_name="clé de l’appareil")),
                ("device", models.CharField(blank=True, max_length=36, verbose_name="appareil")),
                ("means", models.CharField(choices=MEANS, max_length=7, verbose_name="moyen")),
                ("said", models.CharField(blank=True, max_length=160, verbose_name="ce qui a été noté")),
                ("happened_at", models.DateTimeField(verbose_name="entrée à")),
                ("received_at", models.DateTimeField(verbose_name="reçue à")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="annulée à")),
                (
                    "door",
                    models.ForeignKey(
                        on_delete=models.PROTECT, related_name="check_ins", to="events.door", verbose_name="porte"
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=models.PROTECT,
                        related_name="check_ins",
                        to="events.registration",
                        verbose_name="inscription",
                    ),
                ),
                (
                    "recognised_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "entrée",
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["door", "happened_at"], name="check_in_door_hour")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(received_at__gte=F("happened_at")), name="check_in_received_after_it_happened"
                    ),
                    models.CheckConstraint(
                        condition=Q(undone_at__isnull=True) | Q(undone_at__gte=F("received_at")),
                        name="check_in_undone_after",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SAME_CONVENTION, SAME_CONVENTION_REVERSE),
    ]
