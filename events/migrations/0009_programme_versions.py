import uuid

import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models
from django.db.models.deletion import CASCADE, PROTECT, SET_NULL

# A calendar replaces an entry only by one of a higher SEQUENCE: what readers see of a temps counts up by itself.
REVISED = """
CREATE FUNCTION events_programmeitem_revised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sequence := OLD.sequence + 1;
    RETURN NEW;
END $$;

CREATE TRIGGER programmeitem_revised
    BEFORE UPDATE ON events_programmeitem FOR EACH ROW
    WHEN ((NEW.title, NEW.starts_at, NEW.ends_at, NEW.room, NEW.online_url, NEW.stage)
        IS DISTINCT FROM (OLD.title, OLD.starts_at, OLD.ends_at, OLD.room, OLD.online_url, OLD.stage))
    EXECUTE FUNCTION events_programmeitem_revised();
"""
REVISED_REVERSE = """
DROP TRIGGER programmeitem_revised ON events_programmeitem;
DROP FUNCTION events_programmeitem_revised();
"""

# Hours may change after places were given: no commit leaves somebody in two workshops at once.
ONE_AT_A_TIME = """
CREATE FUNCTION events_programmeitem_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    somebody bigint;
BEGIN
    PERFORM 1 FROM events_convention WHERE id = NEW.convention_id FOR NO KEY UPDATE;
    SELECT mine.registration_id INTO somebody
        FROM events_programmeitem item
        JOIN events_workshop its ON its.item_id = item.id
        JOIN events_workshopplace mine ON mine.workshop_id = its.id AND mine.ended_at IS NULL
        JOIN events_workshopplace other ON other.registration_id = mine.registration_id
            AND other.ended_at IS NULL AND other.id <> mine.id
        JOIN events_workshop w ON w.id = other.workshop_id
        JOIN events_programmeitem beside ON beside.id = w.item_id
        WHERE item.id = NEW.id AND beside.starts_at < item.ends_at AND item.starts_at < beside.ends_at
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'registration % holds two places at once', somebody
            USING ERRCODE = 'check_violation', CONSTRAINT = 'workshop_one_at_a_time', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER programmeitem_kept
    AFTER UPDATE OF starts_at, ends_at ON events_programmeitem
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.starts_at <> OLD.starts_at OR NEW.ends_at <> OLD.ends_at)
    EXECUTE FUNCTION events_programmeitem_kept();
"""
ONE_AT_A_TIME_REVERSE = """
DROP TRIGGER programmeitem_kept ON events_programmeitem;
DROP FUNCTION events_programmeitem_kept();
"""

# What was published was published. The agent's account may go; the version stays.
FOR_EVER = """
CREATE FUNCTION events_programmeversion_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Une version publiée du programme ne se change pas : % refusé.', TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER programmeversion_keep
    BEFORE DELETE OR UPDATE OF convention_id, number, published_at, note, content, links ON events_programmeversion
    FOR EACH ROW EXECUTE FUNCTION events_programmeversion_keep();
"""
FOR_EVER_REVERSE = """
DROP TRIGGER programmeversion_keep ON events_programmeversion;
DROP FUNCTION events_programmeversion_keep();
"""

EACH_ITS_OWN = "UPDATE events_programmeitem SET public_id = gen_random_uuid() WHERE public_id IS NULL"


def words() -> list:
    return [
        ("title", models.CharField("titre", max_length=160)),
        ("summary", models.TextField("contenu", blank=True)),
        ("starts_at", models.DateTimeField("début")),
        ("ends_at", models.DateTimeField("fin")),
        ("room", models.CharField("salle", max_length=80, blank=True)),
        ("online_url", online_url()),
    ]


def online_url() -> models.URLField:
    return models.URLField(
        "adresse de la visioconférence",
        max_length=500,
        blank=True,
        help_text="Montrée aux seules personnes inscrites. Elle commence par https://.",
    )


def key() -> tuple:
    return "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def by_an_agent() -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, SET_NULL, null=True, blank=True, related_name="+")


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0008_certificates_and_survey"),
        ("partners", "0039_queues_by_age"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "convention",
            "modelled_on",
            models.ForeignKey(
                "events.Convention",
                SET_NULL,
                null=True,
                blank=True,
                editable=False,
                related_name="+",
                verbose_name="d’après",
            ),
        ),
        migrations.AddField("programmeitem", "online_url", online_url()),
        migrations.AddField(
            "programmeitem",
            "stage",
            models.CharField(
                "étape",
                max_length=9,
                choices=[
                    ("draft", "en préparation"),
                    ("live", "au programme"),
                    ("withdrawn", "retiré du programme"),
                ],
                default="live",
                db_default="live",
                editable=False,
            ),
        ),
        migrations.AddField(
            "programmeitem",
            "sequence",
            models.PositiveIntegerField("révision du calendrier", default=0, db_default=0, editable=False),
        ),
        migrations.AddField("programmeitem", "public_id", models.UUIDField("identifiant public", null=True)),
        migrations.RunSQL(EACH_ITS_OWN, migrations.RunSQL.noop),
        migrations.AlterField(
            "programmeitem",
            "public_id",
            models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False),
        ),
        migrations.CreateModel(
            name="ProgrammeChange",
            fields=[
                key(),
                *words(),
                ("is_withdrawal", models.BooleanField("à retirer", default=False)),
                ("changed_at", models.DateTimeField("changé le")),
                ("axis", models.ForeignKey("partners.Axis", PROTECT, null=True, blank=True, related_name="+")),
                ("changed_by", by_an_agent()),
                (
                    "item",
                    models.OneToOneField("events.ProgrammeItem", CASCADE, related_name="change", verbose_name="temps"),
                ),
            ],
            options={
                "verbose_name": "changement du programme",
                "verbose_name_plural": "changements du programme",
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(ends_at__gt=models.F("starts_at")),
                        name="programme_change_times_in_order",
                        violation_error_message="La fin précède le début.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProgrammeVersion",
            fields=[
                key(),
                ("number", models.PositiveSmallIntegerField("numéro")),
                ("published_at", models.DateTimeField("publiée le")),
                ("note", models.CharField("ce qui change, en une phrase", max_length=280, blank=True)),
                ("content", models.JSONField("temps")),
                ("links", models.JSONField("visioconférences", default=dict, blank=True)),
                (
                    "convention",
                    models.ForeignKey("events.Convention", PROTECT, related_name="programme_versions"),
                ),
                ("published_by", by_an_agent()),
            ],
            options={
                "verbose_name": "version du programme",
                "verbose_name_plural": "versions du programme",
                "ordering": ["convention", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=["convention", "number"], name="programme_version_once"),
                    models.CheckConstraint(condition=models.Q(number__gte=1), name="programme_version_from_one"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Speaker",
            fields=[
                key(),
                ("public_id", models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)),
                ("name", models.CharField("nom", max_length=120)),
                ("function", models.CharField("fonction", max_length=160, blank=True)),
                ("organisation_words", models.CharField("organisation", max_length=160, blank=True)),
                ("email", models.EmailField("adresse électronique", max_length=254)),
                ("asked_at", models.DateTimeField("accord demandé le", null=True, blank=True)),
                ("consented_at", models.DateTimeField("accord donné le", null=True, blank=True)),
                ("withdrawn_at", models.DateTimeField("accord refusé ou repris le", null=True, blank=True)),
                (
                    "item",
                    models.ForeignKey("events.ProgrammeItem", CASCADE, related_name="speakers", verbose_name="temps"),
                ),
            ],
            options={
                "verbose_name": "intervenante ou intervenant",
                "verbose_name_plural": "intervenantes et intervenants",
                "ordering": ["item", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        "item",
                        name="speaker_once",
                        violation_error_message="Cette personne intervient déjà dans ce temps.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(consented_at__isnull=True) | models.Q(asked_at__isnull=False),
                        name="speaker_consent_was_asked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(withdrawn_at__isnull=True)
                        | models.Q(consented_at__isnull=True)
                        | models.Q(withdrawn_at__gte=models.F("consented_at")),
                        name="speaker_withdrawn_after",
                    ),
                ],
            },
        ),
        migrations.RunSQL(REVISED, REVISED_REVERSE),
        migrations.RunSQL(ONE_AT_A_TIME, ONE_AT_A_TIME_REVERSE),
        migrations.RunSQL(FOR_EVER, FOR_EVER_REVERSE),
    ]
