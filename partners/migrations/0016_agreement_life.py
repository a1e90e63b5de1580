"""Versions, signatures, comments, reviews of agreements: new tables beside the one that stands."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import partners.models.agreement_file
import partners.models.agreement_version
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0015_no_point_no_tile"),
    ]

    operations = [
        migrations.CreateModel(
            name="AgreementAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="identifiant public"
                    ),
                ),
                (
                    "dimension",
                    models.CharField(
                        choices=[
                            ("innovation", "innovation"),
                            ("performance", "performance"),
                            ("confiance", "confiance"),
                        ],
                        max_length=11,
                        verbose_name="à propos de",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="ce qui sera fait")),
                ("due_on", models.DateField(verbose_name="avant le")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("done_at", models.DateTimeField(null=True, verbose_name="fait le")),
            ],
            options={
                "verbose_name": "action d’un bilan",
                "verbose_name_plural": "actions des bilans",
                "ordering": [models.OrderBy(models.F("done_at"), descending=True, nulls_first=True), "due_on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AgreementAlert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("term", models.DateField(verbose_name="terme")),
                ("days_before", models.PositiveSmallIntegerField(verbose_name="jours avant")),
                ("told_at", models.DateTimeField(verbose_name="prévenu le")),
            ],
            options={
                "verbose_name": "alerte de terme",
                "verbose_name_plural": "alertes de terme",
            },
        ),
        migrations.CreateModel(
            name="AgreementComment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "side",
                    models.CharField(
                        choices=[("partner", "le partenaire"), ("poste", "La Poste")], max_length=7, verbose_name="de"
                    ),
                ),
                ("passage", models.CharField(blank=True, max_length=120, verbose_name="passage")),
                ("text", models.TextField(max_length=2000, verbose_name="commentaire")),
                ("created_at", models.DateTimeField(verbose_name="écrit le")),
                ("resolved_at", models.DateTimeField(null=True, verbose_name="réglé le")),
            ],
            options={
                "verbose_name": "commentaire d’un accord",
                "verbose_name_plural": "commentaires des accords",
                "ordering": ["created_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AgreementDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="identifiant public"
                    ),
                ),
                ("content", models.BinaryField(verbose_name="fichier PDF")),
                ("digest", models.CharField(max_length=64, verbose_name="empreinte")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("open", "à la signature"),
                            ("signed", "signé par tous"),
                            ("refused", "refusé"),
                            ("recalled", "rappelé par La Poste"),
                        ],
                        default="open",
                        max_length=8,
                        verbose_name="issue",
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="mis à la signature le")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="clos le")),
            ],
            options={
                "verbose_name": "document d’un accord",
                "verbose_name_plural": "documents des accords",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="AgreementEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("drafted", "Brouillon ouvert"),
                            ("shared", "Texte proposé au partenaire"),
                            ("sent", "Mis à la signature"),
                            ("signed", "Signature"),
                            ("complete", "Signé par tous"),
                            ("refused", "Signature refusée"),
                            ("recalled", "Rappelé de la signature"),
                            ("activated", "Mis en vigueur"),
                            ("amended", "Avenant ouvert"),
                            ("renewed", "Renouvellement ouvert"),
                            ("dropped", "Classé sans suite"),
                            ("ended", "Fin de l’accord"),
                            ("review", "Bilan partagé ouvert"),
                            ("answered", "Réponse au bilan"),
                            ("compared", "Bilan : les deux réponses sont là"),
                            ("action", "Action décidée"),
                            ("done", "Action faite"),
                            ("file", "Pièce jointe"),
                        ],
                        max_length=9,
                        verbose_name="fait",
                    ),
                ),
                ("what", models.CharField(blank=True, max_length=300, verbose_name="précision")),
                ("motive", models.CharField(blank=True, max_length=500, verbose_name="motif")),
                ("at", models.DateTimeField(verbose_name="le")),
                ("internal", models.BooleanField(default=False, verbose_name="La Poste seulement")),
            ],
            options={
                "verbose_name": "fait de la vie d’un accord",
                "verbose_name_plural": "faits de la vie des accords",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AgreementFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="identifiant public"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("annex", "annexe"), ("signed", "exemplaire signé sur papier")],
                        default="annex",
                        max_length=6,
                        verbose_name="sorte",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="nom")),
                ("file", models.FileField(upload_to=partners.models.agreement_file.file_path, verbose_name="fichier")),
                ("mime_type", models.CharField(max_length=60, verbose_name="type")),
                ("size", models.PositiveIntegerField(verbose_name="octets")),
                ("digest", models.CharField(max_length=64, verbose_name="empreinte")),
                ("shared", models.BooleanField(default=True, verbose_name="montré au partenaire")),
                ("uploaded_at", models.DateTimeField(verbose_name="déposé le")),
            ],
            options={
                "verbose_name": "pièce d’un accord",
                "verbose_name_plural": "pièces des accords",
                "ordering": ["uploaded_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AgreementRemark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(max_length=2000, verbose_name="remarque interne")),
                ("created_at", models.DateTimeField(verbose_name="écrite le")),
            ],
            options={
                "verbose_name": "remarque interne",
                "verbose_name_plural": "remarques internes",
                "ordering": ["created_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AgreementReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="identifiant public"
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="ouvert le")),
                ("due_on", models.DateField(verbose_name="à répondre avant le")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="clos le")),
            ],
            options={
                "verbose_name": "bilan partagé",
                "verbose_name_plural": "bilans partagés",
                "ordering": ["-opened_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="AgreementSigner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(verbose_name="rang")),
                (
                    "side",
                    models.CharField(
                        choices=[("partner", "le partenaire"), ("poste", "La Poste")], max_length=7, verbose_name="pour"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="nom")),
                ("job_title", models.CharField(max_length=120, verbose_name="qualité")),
                ("signed_at", models.DateTimeField(null=True, verbose_name="signé le")),
                ("refused_at", models.DateTimeField(null=True, verbose_name="refusé le")),
                (
                    "how",
                    models.CharField(
                        blank=True,
                        choices=[("portal", "sur le portail"), ("paper", "sur papier")],
                        max_length=6,
                        verbose_name="comment",
                    ),
                ),
                ("power", models.CharField(blank=True, max_length=200, verbose_name="pouvoir")),
                ("consent", models.CharField(blank=True, max_length=300, verbose_name="mots acceptés")),
                ("motive", models.CharField(blank=True, max_length=500, verbose_name="motif du refus")),
                ("journal_position", models.PositiveBigIntegerField(null=True, verbose_name="inscription au journal")),
            ],
            options={
                "verbose_name": "signataire d’un accord",
                "verbose_name_plural": "signataires des accords",
                "ordering": ["document", "position"],
            },
        ),
        migrations.CreateModel(
            name="AgreementTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120, verbose_name="nom du modèle")),
                (
                    "kind",
                    models.CharField(
                        blank=True, help_text="Vide : pour toutes les natures.", max_length=24, verbose_name="nature"
                    ),
                ),
                (
                    "text",
                    models.TextField(
                        help_text="Un titre commence par « # ». {organisation}, {objet}, {debut} et {fin} sont remplis tout seuls.",
                        max_length=60000,
                        verbose_name="texte",
                    ),
                ),
                ("is_current", models.BooleanField(default=True, verbose_name="proposé")),
                (
                    "is_placeholder",
                    models.BooleanField(default=False, verbose_name="texte de démonstration, à remplacer"),
                ),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="modifié le")),
            ],
            options={
                "verbose_name": "modèle d’accord",
                "verbose_name_plural": "modèles d’accords",
                "ordering": ["title", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AgreementVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="identifiant public"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("initial", "accord initial"),
                            ("amendment", "avenant"),
                            ("renewal", "renouvellement"),
                        ],
                        default="initial",
                        max_length=9,
                        verbose_name="sorte",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(default=0, verbose_name="rang")),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("draft", "brouillon"),
                            ("shared", "en discussion"),
                            ("signing", "à la signature"),
                            ("signed", "signé, à mettre en vigueur"),
                            ("active", "mis en vigueur"),
                            ("dropped", "sans suite"),
                        ],
                        default="draft",
                        max_length=7,
                        verbose_name="étape",
                    ),
                ),
                ("changes", models.CharField(blank=True, max_length=500, verbose_name="ce qui change")),
                ("text", models.TextField(blank=True, max_length=60000, verbose_name="texte")),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="prend effet le")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="jusqu’au (inclus)")),
                (
                    "amount_cents",
                    models.BigIntegerField(blank=True, null=True, verbose_name="montant (centimes d’euro)"),
                ),
                ("runs_from", models.DateField(editable=False, null=True, verbose_name="en vigueur du")),
                ("runs_until", models.DateField(editable=False, null=True, verbose_name="en vigueur jusqu’au")),
                ("shared_at", models.DateTimeField(editable=False, null=True, verbose_name="montré au partenaire le")),
                ("activated_at", models.DateTimeField(editable=False, null=True, verbose_name="mis en vigueur le")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "version d’un accord",
                "verbose_name_plural": "versions des accords",
                "ordering": ["agreement", "number"],
            },
        ),
        migrations.CreateModel(
            name="GroupEntity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=120, unique=True, verbose_name="nom")),
                ("source", models.CharField(blank=True, max_length=300, verbose_name="source")),
                ("is_current", models.BooleanField(default=True, verbose_name="proposée")),
                ("is_demo", models.BooleanField(default=False, verbose_name="donnée de démonstration")),
            ],
            options={
                "verbose_name": "entité du Groupe",
                "verbose_name_plural": "entités du Groupe",
                "ordering": ["label"],
            },
        ),
        migrations.CreateModel(
            name="ReviewAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "side",
                    models.CharField(
                        choices=[("partner", "le partenaire"), ("poste", "La Poste")], max_length=7, verbose_name="pour"
                    ),
                ),
                (
                    "innovation",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "pas du tout"), (2, "un peu"), (3, "plutôt"), (4, "tout à fait")],
                        verbose_name="Ce partenariat nous fait inventer ou essayer du nouveau.",
                    ),
                ),
                ("innovation_words", models.CharField(blank=True, max_length=500, verbose_name="exemple ou précision")),
                (
                    "performance",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "pas du tout"), (2, "un peu"), (3, "plutôt"), (4, "tout à fait")],
                        verbose_name="Ce partenariat atteint ce que nous en attendions.",
                    ),
                ),
                (
                    "performance_words",
                    models.CharField(blank=True, max_length=500, verbose_name="exemple ou précision"),
                ),
                (
                    "confiance",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "pas du tout"), (2, "un peu"), (3, "plutôt"), (4, "tout à fait")],
                        verbose_name="Nous nous disons les choses et tenons nos engagements.",
                    ),
                ),
                ("confiance_words", models.CharField(blank=True, max_length=500, verbose_name="exemple ou précision")),
                ("answered_at", models.DateTimeField(verbose_name="répondu le")),
            ],
            options={
                "verbose_name": "réponse au bilan",
                "verbose_name_plural": "réponses aux bilans",
                "ordering": ["review", "side"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="agreement",
            name="agreement_active_has_start",
        ),
        migrations.RemoveConstraint(
            model_name="agreement",
            name="agreement_amount_positive",
        ),
        migrations.AddField(
            model_name="agreement",
            name="departments",
            field=models.ManyToManyField(
                blank=True, related_name="+", to="partners.department", verbose_name="départements"
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="partner_referent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="référent du partenaire",
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="regions",
            field=models.ManyToManyField(blank=True, related_name="+", to="partners.region", verbose_name="régions"),
        ),
        migrations.AddField(
            model_name="agreement",
            name="shared_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="montré au partenaire le"),
        ),
        migrations.AlterField(
            model_name="agreement",
            name="ends_on",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="fin (incluse)"),
        ),
        migrations.AlterField(
            model_name="agreement",
            name="starts_on",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="début"),
        ),
        migrations.AlterField(
            model_name="agreement",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "en préparation"),
                    ("active", "en vigueur"),
                    ("ended", "terminé"),
                    ("void", "sans suite"),
                ],
                default="draft",
                max_length=6,
                verbose_name="état",
            ),
        ),
        migrations.AddField(
            model_name="agreementaction",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="actions", to="partners.agreement"
            ),
        ),
        migrations.AddField(
            model_name="agreementaction",
            name="done_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="agreementaction",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="par",
            ),
        ),
        migrations.AddField(
            model_name="agreementalert",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="alerts", to="partners.agreement"
            ),
        ),
        migrations.AddField(
            model_name="agreementcomment",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="auteur",
            ),
        ),
        migrations.AddField(
            model_name="agreementcomment",
            name="resolved_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="agreementdocument",
            name="opened_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="agreementevent",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="events", to="partners.agreement"
            ),
        ),
        migrations.AddField(
            model_name="agreementevent",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="par",
            ),
        ),
        migrations.AddField(
            model_name="agreementfile",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="files", to="partners.agreement"
            ),
        ),
        migrations.AddField(
            model_name="agreementfile",
            name="uploaded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="agreementremark",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="remarks", to="partners.agreement"
            ),
        ),
        migrations.AddField(
            model_name="agreementremark",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="auteur",
            ),
        ),
        migrations.AddField(
            model_name="agreementreview",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="partners.agreement"
            ),
        ),
        migrations.AddField(
            model_name="agreementreview",
            name="opened_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="agreementaction",
            name="review",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="actions",
                to="partners.agreementreview",
            ),
        ),
        migrations.AddField(
            model_name="agreementsigner",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="signers", to="partners.agreementdocument"
            ),
        ),
        migrations.AddField(
            model_name="agreementsigner",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="signataire",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementtemplate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["", "mecenat", "pratiques_responsables", "cooperation_economique", "innovation_societale"],
                    )
                ),
                name="agreement_template_kind",
                violation_error_message="Cette nature n’existe pas.",
            ),
        ),
        migrations.AddField(
            model_name="agreementversion",
            name="activated_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="agreementversion",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="versions",
                to="partners.agreement",
                verbose_name="accord",
            ),
        ),
        migrations.AddField(
            model_name="agreementversion",
            name="created_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="agreementversion",
            name="template",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.agreementtemplate",
                verbose_name="modèle",
            ),
        ),
        migrations.AddField(
            model_name="agreementdocument",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="documents", to="partners.agreementversion"
            ),
        ),
        migrations.AddField(
            model_name="agreementcomment",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="comments", to="partners.agreementversion"
            ),
        ),
        migrations.AddConstraint(
            model_name="groupentity",
            constraint=models.CheckConstraint(
                condition=models.Q(("label", ""), _negated=True),
                name="group_entity_has_label",
                violation_error_message="Le nom est obligatoire.",
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="entities",
            field=models.ManyToManyField(
                blank=True, related_name="agreements", to="partners.groupentity", verbose_name="entités du Groupe"
            ),
        ),
        migrations.AddField(
            model_name="reviewanswer",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="répondu par",
            ),
        ),
        migrations.AddField(
            model_name="reviewanswer",
            name="review",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="partners.agreementreview"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementalert",
            constraint=models.UniqueConstraint(
                fields=("agreement", "term", "days_before"), name="agreement_alert_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementalert",
            constraint=models.CheckConstraint(
                condition=models.Q(("days_before__in", [30, 60, 90])), name="agreement_alert_days"
            ),
        ),
        migrations.AddIndex(
            model_name="agreementevent",
            index=models.Index(fields=["agreement", "at", "id"], name="agreement_event_line"),
        ),
        migrations.AddConstraint(
            model_name="agreementfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="agreement_file_has_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="agreement_file_digest_shape"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementremark",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="agreement_remark_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementreview",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("agreement",),
                name="agreement_review_open_once",
                violation_error_message="Un bilan de cet accord est déjà ouvert.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementaction",
            constraint=models.CheckConstraint(
                condition=models.Q(("title", ""), _negated=True), name="agreement_action_says_what"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at__isnull", True), ("done_by__isnull", True)),
                    models.Q(("done_at__isnull", False), ("done_by__isnull", False)),
                    _connector="OR",
                ),
                name="agreement_action_done_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementsigner",
            constraint=models.UniqueConstraint(fields=("document", "position"), name="agreement_signer_position_once"),
        ),
        migrations.AddConstraint(
            model_name="agreementsigner",
            constraint=models.UniqueConstraint(
                fields=("document", "person"),
                name="agreement_signer_person_once",
                violation_error_message="Chaque personne signe une fois.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementsigner",
            constraint=models.CheckConstraint(
                condition=models.Q(("signed_at__isnull", True), ("refused_at__isnull", True), _connector="OR"),
                name="agreement_signer_one_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementsigner",
            constraint=models.CheckConstraint(
                condition=models.Q(("signed_at__isnull", True), models.Q(("how", ""), _negated=True), _connector="OR"),
                name="agreement_signer_signed_says_how",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementsigner",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("refused_at__isnull", True), models.Q(("motive", ""), _negated=True), _connector="OR"
                ),
                name="agreement_signer_refusal_has_motive",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementversion",
            constraint=models.UniqueConstraint(fields=("agreement", "number"), name="agreement_version_number_once"),
        ),
        migrations.AddConstraint(
            model_name="agreementversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stage__in", ["draft", "shared", "signing", "signed"])),
                fields=("agreement",),
                name="agreement_version_open_once",
                violation_error_message="Une version de cet accord est déjà en préparation.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementversion",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("runs_from__isnull", False)),
                expressions=[
                    ("agreement", "="),
                    (
                        partners.models.agreement_version.DateRange(
                            models.F("runs_from"),
                            models.F("runs_until"),
                            django.contrib.postgres.fields.ranges.RangeBoundary(True, True),
                        ),
                        "&&",
                    ),
                ],
                name="agreement_periods_apart",
                violation_error_message="Deux périodes du même accord se chevauchent.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "initial"), ("number", 0)),
                    models.Q(models.Q(("kind", "initial"), _negated=True), ("number__gt", 0)),
                    _connector="OR",
                ),
                name="agreement_version_first_is_initial",
                violation_error_message="Le premier texte d’un accord est l’accord initial.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("starts_on__isnull", True),
                    ("ends_on__isnull", True),
                    ("ends_on__gte", models.F("starts_on")),
                    _connector="OR",
                ),
                name="agreement_version_dates_in_order",
                violation_error_message="La date de fin précède la date de début.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("runs_from__isnull", False), ("shared_at__isnull", False), ("stage", "active")),
                    models.Q(
                        models.Q(("stage", "active"), _negated=True),
                        ("runs_from__isnull", True),
                        ("runs_until__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="agreement_version_active_runs",
                violation_error_message="Une version en vigueur, et elle seule, porte sa période.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("runs_until__isnull", True), ("runs_until__gte", models.F("runs_from")), _connector="OR"
                ),
                name="agreement_version_runs_in_order",
                violation_error_message="La période finit avant de commencer.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_cents__isnull", True), ("amount_cents__gte", 0), _connector="OR"),
                name="agreement_amount_positive",
                violation_error_message="Le montant ne peut pas être négatif.",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementdocument",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outcome__in", ["open", "signed"])),
                fields=("version",),
                name="agreement_document_live_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementdocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="agreement_document_digest_shape"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementdocument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("outcome", "open")),
                    models.Q(models.Q(("outcome", "open"), _negated=True), ("closed_at__isnull", False)),
                    _connector="OR",
                ),
                name="agreement_document_closed_has_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementcomment",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="agreement_comment_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="agreementcomment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("resolved_at__isnull", True), ("resolved_by__isnull", True)),
                    models.Q(("resolved_at__isnull", False), ("resolved_by__isnull", False)),
                    _connector="OR",
                ),
                name="agreement_comment_resolved_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewanswer",
            constraint=models.UniqueConstraint(
                fields=("review", "side"),
                name="review_answer_once",
                violation_error_message="Votre côté a déjà répondu à ce bilan.",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("innovation__in", [1, 2, 3, 4]), ("performance__in", [1, 2, 3, 4]), ("confiance__in", [1, 2, 3, 4])
                ),
                name="review_answer_marks",
            ),
        ),
    ]
