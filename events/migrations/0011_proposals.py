import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0010_doors"),
        ("partners", "0040_history_of_photos_and_proposals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="identifiant public"
                    ),
                ),
                (
                    "client_key",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="clé de l’appareil"),
                ),
                ("text", models.CharField(max_length=600, verbose_name="proposition")),
                ("wording", models.CharField(blank=True, max_length=600, verbose_name="texte public")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "reçue"),
                            ("merged", "réunie à une autre"),
                            ("to_study", "à l’étude"),
                            ("retained", "retenue"),
                            ("not_retained", "non retenue"),
                        ],
                        default="received",
                        max_length=12,
                        verbose_name="état",
                    ),
                ),
                ("said_at", models.DateTimeField(verbose_name="proposée le")),
                ("motive", models.CharField(blank=True, max_length=500, verbose_name="motif public")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="décidée le")),
                (
                    "state_before",
                    models.CharField(blank=True, editable=False, max_length=12, verbose_name="état avant la réunion"),
                ),
                ("is_demo", models.BooleanField(default=False, verbose_name="donnée de démonstration")),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="events.proposal",
                        verbose_name="réunie à",
                    ),
                ),
                (
                    "workshop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="events.workshop",
                        verbose_name="atelier",
                    ),
                ),
            ],
            options={
                "verbose_name": "proposition",
                "ordering": ["workshop", "said_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="RoadmapItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="identifiant public"
                    ),
                ),
                ("title", models.CharField(max_length=160, verbose_name="titre")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "prévue"),
                            ("launched", "lancée"),
                            ("done", "réalisée"),
                            ("dropped", "abandonnée"),
                        ],
                        default="planned",
                        max_length=8,
                        verbose_name="état",
                    ),
                ),
                ("actions", models.TextField(blank=True, max_length=4000, verbose_name="actions")),
                ("created_at", models.DateTimeField(verbose_name="inscrite le")),
                ("is_demo", models.BooleanField(default=False, verbose_name="donnée de démonstration")),
                (
                    "axis",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.axis",
                        verbose_name="axe",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "action de la feuille de route",
                "verbose_name_plural": "feuille de route",
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ProposalStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("received", "reçue"),
                            ("merged", "réunie à une autre"),
                            ("unmerged", "de nouveau seule"),
                            ("to_study", "mise à l’étude"),
                            ("retained", "retenue"),
                            ("not_retained", "non retenue"),
                            ("on_roadmap", "entrée dans la feuille de route"),
                            ("off_roadmap", "sortie de la feuille de route"),
                        ],
                        max_length=12,
                        verbose_name="étape",
                    ),
                ),
                ("happened_at", models.DateTimeField(verbose_name="le")),
                ("motive", models.CharField(blank=True, max_length=500, verbose_name="motif")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="events.proposal",
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="events.proposal"
                    ),
                ),
                (
                    "roadmap_item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="events.roadmapitem",
                    ),
                ),
            ],
            options={
                "verbose_name": "étape d’une proposition",
                "verbose_name_plural": "étapes de propositions",
                "ordering": ["proposal", "pk"],
            },
        ),
        migrations.AddField(
            model_name="proposal",
            name="roadmap_item",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposals",
                to="events.roadmapitem",
                verbose_name="feuille de route",
            ),
        ),
        migrations.CreateModel(
            name="RoadmapProject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_born_here", models.BooleanField(default=False, verbose_name="né de cette action")),
                ("linked_at", models.DateTimeField(verbose_name="relié le")),
                (
                    "told_public_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="publication annoncée le"),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="project_links",
                        to="events.roadmapitem",
                    ),
                ),
                (
                    "linked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="partners.project",
                        verbose_name="projet",
                    ),
                ),
            ],
            options={
                "verbose_name": "projet de la feuille de route",
                "verbose_name_plural": "projets de la feuille de route",
                "ordering": ["item", "pk"],
            },
        ),
        migrations.CreateModel(
            name="RoadmapStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("planned", "inscrite à la feuille de route"),
                            ("launched", "lancée"),
                            ("done", "réalisée"),
                            ("dropped", "abandonnée"),
                            ("linked", "projet relié"),
                            ("born", "projet créé"),
                            ("public", "projet publié"),
                            ("unlinked", "projet délié"),
                        ],
                        max_length=8,
                        verbose_name="étape",
                    ),
                ),
                ("happened_at", models.DateTimeField(verbose_name="le")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="en quelques mots")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="events.roadmapitem"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="partners.project",
                    ),
                ),
            ],
            options={
                "verbose_name": "étape de la feuille de route",
                "verbose_name_plural": "étapes de la feuille de route",
                "ordering": ["item", "pk"],
            },
        ),
        migrations.CreateModel(
            name="WorkshopTable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="identifiant public"
                    ),
                ),
                ("links", models.PositiveIntegerField(default=0, verbose_name="liens renouvelés")),
                ("opened_at", models.DateTimeField(blank=True, null=True, verbose_name="ouverte le")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="fermée le")),
                ("minutes", models.TextField(blank=True, max_length=20000, verbose_name="compte rendu")),
                ("minutes_at", models.DateTimeField(blank=True, null=True, verbose_name="compte rendu écrit le")),
                (
                    "minutes_published_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="compte rendu publié le"),
                ),
                (
                    "facilitator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="events.registration",
                        verbose_name="animation",
                    ),
                ),
                (
                    "workshop",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="table",
                        to="events.workshop",
                        verbose_name="atelier",
                    ),
                ),
            ],
            options={
                "verbose_name": "table d’atelier",
                "verbose_name_plural": "tables d’atelier",
                "ordering": ["workshop"],
            },
        ),
        migrations.CreateModel(
            name="ProposalAuthor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="authors", to="events.proposal"
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="events.registration",
                        verbose_name="inscription",
                    ),
                ),
            ],
            options={
                "verbose_name": "auteur d’une proposition",
                "verbose_name_plural": "auteurs de propositions",
                "ordering": ["proposal", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("proposal", "registration"),
                        name="proposal_author_once",
                        violation_error_message="Cette personne porte déjà cette proposition.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProposalSupport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("supported_at", models.DateTimeField(verbose_name="soutenue le")),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="supports", to="events.proposal"
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supports",
                        to="events.registration",
                        verbose_name="inscription",
                    ),
                ),
            ],
            options={
                "verbose_name": "soutien",
                "ordering": ["proposal", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("proposal", "registration"),
                        name="proposal_supported_once",
                        violation_error_message="Vous soutenez déjà cette proposition.",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="roadmapitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("title", ""), _negated=True),
                name="roadmap_item_has_title",
                violation_error_message="Le titre est obligatoire.",
            ),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["state", "workshop"], name="proposal_state"),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True),
                name="proposal_says_something",
                violation_error_message="Écrivez la proposition.",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("merged_into__isnull", False),
                        ("state", "merged"),
                        models.Q(("state_before", ""), _negated=True),
                    ),
                    models.Q(models.Q(("state", "merged"), _negated=True), ("merged_into__isnull", True)),
                    _connector="OR",
                ),
                name="proposal_merged_into_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into__isnull", True),
                    models.Q(("merged_into", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="proposal_not_into_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["to_study", "retained", "not_retained"]), _negated=True),
                    models.Q(models.Q(("motive", ""), _negated=True), ("decided_at__isnull", False)),
                    _connector="OR",
                ),
                name="proposal_decided_has_motive",
                violation_error_message="Donnez le motif : il sera public.",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("roadmap_item__isnull", True), ("state", "retained"), _connector="OR"),
                name="proposal_on_the_roadmap_is_retained",
                violation_error_message="Seule une proposition retenue entre dans la feuille de route.",
            ),
        ),
        migrations.AddConstraint(
            model_name="roadmapproject",
            constraint=models.UniqueConstraint(
                fields=("item", "project"),
                name="roadmap_project_once",
                violation_error_message="Ce projet est déjà relié à cette action.",
            ),
        ),
        migrations.AddConstraint(
            model_name="roadmapproject",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_born_here", True)), fields=("project",), name="roadmap_project_born_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="workshoptable",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_at__isnull", True),
                    models.Q(("closed_at__gte", models.F("opened_at")), ("opened_at__isnull", False)),
                    _connector="OR",
                ),
                name="workshop_table_closed_after",
            ),
        ),
        migrations.AddConstraint(
            model_name="workshoptable",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minutes_published_at__isnull", True), models.Q(("minutes", ""), _negated=True), _connector="OR"
                ),
                name="workshop_table_publishes_something",
                violation_error_message="Un compte rendu vide ne se publie pas.",
            ),
        ),
    ]
