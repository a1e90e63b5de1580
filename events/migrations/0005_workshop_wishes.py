import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Whatever writes a place or a capacity, no commit leaves more people in a workshop than it holds, nor somebody in two
# workshops at once. Checked at commit, the row of the Convention first: two writers who took no lock go one by one.
KEPT = """
CREATE FUNCTION events_workshop_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    its_id bigint;
    seats integer;
    taken integer;
BEGIN
    IF TG_TABLE_NAME = 'events_workshop' THEN its_id := NEW.id; ELSE its_id := NEW.workshop_id; END IF;
    PERFORM 1 FROM events_convention WHERE id = (
        SELECT item.convention_id FROM events_workshop w JOIN events_programmeitem item ON item.id = w.item_id
        WHERE w.id = its_id
    ) FOR NO KEY UPDATE;
    SELECT capacity INTO seats FROM events_workshop WHERE id = its_id;
    SELECT count(*) INTO taken FROM events_workshopplace WHERE workshop_id = its_id AND ended_at IS NULL;
    IF taken > seats THEN
        RAISE EXCEPTION 'workshop % has % people for % places', its_id, taken, seats
            USING ERRCODE = 'check_violation', CONSTRAINT = 'workshop_not_oversold', TABLE = TG_TABLE_NAME;
    END IF;
    IF TG_TABLE_NAME = 'events_workshopplace' AND EXISTS (
        SELECT 1 FROM events_workshopplace place
        JOIN events_workshop w ON w.id = place.workshop_id
        JOIN events_programmeitem other ON other.id = w.item_id
        JOIN events_workshop mine ON mine.id = its_id
        JOIN events_programmeitem item ON item.id = mine.item_id
        WHERE place.registration_id = NEW.registration_id AND place.ended_at IS NULL AND place.workshop_id <> its_id
            AND other.starts_at < item.ends_at AND item.starts_at < other.ends_at
    ) AND EXISTS (SELECT 1 FROM events_workshopplace WHERE id = NEW.id AND ended_at IS NULL) THEN
        RAISE EXCEPTION 'registration % holds two places at once', NEW.registration_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'workshop_one_at_a_time', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER workshop_place_kept
    AFTER INSERT OR UPDATE OF ended_at, workshop_id, registration_id ON events_workshopplace
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.ended_at IS NULL)
    EXECUTE FUNCTION events_workshop_kept();

CREATE CONSTRAINT TRIGGER workshop_capacity_kept
    AFTER UPDATE OF capacity ON events_workshop
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.capacity < OLD.capacity)
    EXECUTE FUNCTION events_workshop_kept();
"""
KEPT_REVERSE = """
DROP TRIGGER workshop_capacity_kept ON events_workshop;
DROP TRIGGER workshop_place_kept ON events_workshopplace;
DROP FUNCTION events_workshop_kept();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0004_staff_lists"),
        ("partners", "0037_arrival_and_my_data"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AllocationRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="identifiant public"
                    ),
                ),
                ("seed", models.CharField(max_length=64, verbose_name="graine du tirage")),
                ("parameters", models.JSONField(default=dict, verbose_name="réglages")),
                ("input", models.JSONField(verbose_name="vœux et ateliers")),
                ("input_digest", models.CharField(max_length=64, verbose_name="empreinte des vœux")),
                ("given", models.JSONField(blank=True, default=dict, verbose_name="places")),
                ("figures", models.JSONField(blank=True, default=dict, verbose_name="chiffres")),
                ("is_proven", models.BooleanField(blank=True, null=True, verbose_name="optimum prouvé")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("computing", "en calcul"),
                            ("preview", "essai"),
                            ("published", "publiée"),
                            ("dropped", "écartée"),
                        ],
                        default="computing",
                        max_length=9,
                        verbose_name="état",
                    ),
                ),
                ("made_at", models.DateTimeField(verbose_name="lancée le")),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="publiée le")),
            ],
            options={
                "verbose_name": "attribution des ateliers",
                "verbose_name_plural": "attributions des ateliers",
                "ordering": ["convention", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Wish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rank", models.PositiveSmallIntegerField(verbose_name="rang")),
            ],
            options={
                "verbose_name": "vœu d’atelier",
                "verbose_name_plural": "vœux d’atelier",
                "ordering": ["registration", "rank"],
            },
        ),
        migrations.CreateModel(
            name="WorkshopPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("allocation", "attribution des vœux"),
                            ("waiting", "liste d’attente"),
                            ("chosen", "place libre"),
                            ("walk_in", "à l’accueil"),
                        ],
                        max_length=10,
                        verbose_name="origine",
                    ),
                ),
                ("given_at", models.DateTimeField(verbose_name="donnée le")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="rendue le")),
            ],
            options={
                "verbose_name": "place d’atelier",
                "verbose_name_plural": "places d’atelier",
                "ordering": ["workshop", "pk"],
            },
        ),
        migrations.CreateModel(
            name="WorkshopWait",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rank", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="rang du vœu")),
                ("lot", models.PositiveIntegerField(blank=True, null=True, verbose_name="numéro du tirage")),
                ("asked_at", models.DateTimeField(verbose_name="demandée le")),
            ],
            options={
                "verbose_name": "attente d’une place d’atelier",
                "verbose_name_plural": "attentes de places d’atelier",
                "ordering": ["workshop", "pk"],
            },
        ),
        migrations.AddField(
            model_name="convention",
            name="wishes_close_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="clôture des vœux d’atelier"),
        ),
        migrations.AddField(
            model_name="convention",
            name="wishes_open_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="ouverture des vœux d’atelier"),
        ),
        migrations.AddField(
            model_name="workshop",
            name="organisation_cap",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="au plus, par organisation"),
        ),
        migrations.AddField(
            model_name="workshop",
            name="region_floor",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="au moins, par région"),
        ),
        migrations.AddConstraint(
            model_name="convention",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("wishes_close_at__isnull", True), ("wishes_open_at__isnull", True)),
                    models.Q(
                        ("wishes_close_at__gt", models.F("wishes_open_at")),
                        ("wishes_close_at__isnull", False),
                        ("wishes_open_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="convention_wishes_in_order",
                violation_error_message="Les vœux d’atelier ont une ouverture et une clôture, dans cet ordre.",
            ),
        ),
        migrations.AddConstraint(
            model_name="workshop",
            constraint=models.CheckConstraint(
                condition=models.Q(("organisation_cap__isnull", True), ("organisation_cap__gte", 1), _connector="OR"),
                name="workshop_cap_is_positive",
                violation_error_message="Indiquez une place au moins, ou rien pour ne pas limiter.",
            ),
        ),
        migrations.AddField(
            model_name="allocationrun",
            name="convention",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="allocation_runs", to="events.convention"
            ),
        ),
        migrations.AddField(
            model_name="allocationrun",
            name="made_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="allocationrun",
            name="published_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="wish",
            name="registration",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="wishes", to="events.registration"
            ),
        ),
        migrations.AddField(
            model_name="wish",
            name="workshop",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="wishes", to="events.workshop"
            ),
        ),
        migrations.AddField(
            model_name="workshopplace",
            name="registration",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="places", to="events.registration"
            ),
        ),
        migrations.AddField(
            model_name="workshopplace",
            name="workshop",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="places", to="events.workshop"
            ),
        ),
        migrations.AddField(
            model_name="workshopwait",
            name="registration",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="waits", to="events.registration"
            ),
        ),
        migrations.AddField(
            model_name="workshopwait",
            name="workshop",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="waits", to="events.workshop"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocationrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "published")),
                fields=("convention",),
                name="allocation_published_once",
                violation_error_message="Une attribution est déjà publiée.",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocationrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "published"), _negated=True),
                    models.Q(("is_proven__isnull", False), ("published_at__isnull", False)),
                    _connector="OR",
                ),
                name="allocation_published_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.UniqueConstraint(
                fields=("registration", "workshop"),
                name="wish_workshop_once",
                violation_error_message="Cet atelier est déjà parmi vos vœux.",
            ),
        ),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.UniqueConstraint(
                fields=("registration", "rank"),
                name="wish_rank_once",
                violation_error_message="Chaque rang ne porte qu’un atelier.",
            ),
        ),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.CheckConstraint(
                condition=models.Q(("rank__gte", 1), ("rank__lte", 5)),
                name="wish_rank_in_range",
                violation_error_message="Le rang va de 1 à 5.",
            ),
        ),
        migrations.AddConstraint(
            model_name="workshopplace",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("registration", "workshop"),
                name="workshop_place_live_once",
                violation_error_message="Cette personne a déjà une place dans cet atelier.",
            ),
        ),
        migrations.AddConstraint(
            model_name="workshopplace",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at__isnull", True), ("ended_at__gte", models.F("given_at")), _connector="OR"
                ),
                name="workshop_place_ended_after",
            ),
        ),
        migrations.AddConstraint(
            model_name="workshopwait",
            constraint=models.UniqueConstraint(
                fields=("registration", "workshop"),
                name="workshop_wait_once",
                violation_error_message="Cette personne attend déjà une place dans cet atelier.",
            ),
        ),
        migrations.RunSQL(KEPT, KEPT_REVERSE),
    ]
