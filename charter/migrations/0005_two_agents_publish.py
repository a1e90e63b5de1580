"""A version is proposed by one agent and published by another; a proposed text does not move."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FROZEN = """
CREATE OR REPLACE FUNCTION charter_version_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'published' THEN
        RAISE EXCEPTION 'Une version publiée de la charte ne change pas : publiez une nouvelle version.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'charter_published_is_frozen';
    END IF;
    IF OLD.state = 'proposed' AND (TG_OP = 'DELETE' OR
        (OLD.slug, OLD.label, OLD.title, OLD.kind, OLD.partner_commitment, OLD.la_poste_commitment, OLD.source,
         OLD.is_placeholder, OLD.effective_on)
        IS DISTINCT FROM
        (NEW.slug, NEW.label, NEW.title, NEW.kind, NEW.partner_commitment, NEW.la_poste_commitment, NEW.source,
         NEW.is_placeholder, NEW.effective_on))
    THEN
        RAISE EXCEPTION 'Une version proposée ne change pas : reprenez-la d’abord en brouillon.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'charter_proposed_is_frozen';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE OR REPLACE FUNCTION charter_article_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM charter_charterversion v WHERE v.state <> 'draft' AND v.id IN (
        CASE WHEN TG_OP <> 'INSERT' THEN OLD.version_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.version_id END))
    THEN
        RAISE EXCEPTION 'Une version proposée ou publiée de la charte ne change pas : publiez une nouvelle version.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'charter_published_is_frozen';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('charter', '0004_power_gates_signing'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='charterversion',
            name='charter_published_is_whole',
        ),
        migrations.AddField(
            model_name='charterversion',
            name='proposed_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='proposée le'),
        ),
        migrations.AddField(
            model_name='charterversion',
            name='proposed_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposée par'),
        ),
        migrations.AddField(
            model_name='charterversion',
            name='published_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='publiée par'),
        ),
        migrations.AlterField(
            model_name='charterversion',
            name='state',
            field=models.CharField(choices=[('draft', 'brouillon'), ('proposed', 'proposée'), ('published', 'publiée')], default='draft', max_length=9, verbose_name='état'),
        ),
        migrations.AddConstraint(
            model_name='charterversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), models.Q(('digest__regex', '^[0-9a-f]{64}$'), ('effective_on__isnull', False), ('published_at__isnull', False)), _connector='OR'), name='charter_published_is_whole', violation_error_message='Une version publiée porte une date d’effet et une empreinte.'),
        ),
        migrations.AddConstraint(
            model_name='charterversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'proposed'), _negated=True), models.Q(('effective_on__isnull', False), ('proposed_at__isnull', False), ('proposed_by__isnull', False)), _connector='OR'), name='charter_proposed_by_someone', violation_error_message='Une version proposée porte une date d’effet et le nom de qui l’a proposée.'),
        ),
        migrations.AddConstraint(
            model_name='charterversion',
            constraint=models.CheckConstraint(condition=models.Q(('published_by__isnull', True), models.Q(('published_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='charter_published_by_another', violation_error_message='Qui propose une version ne la publie pas.'),
        ),
        migrations.AddConstraint(
            model_name='charterversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), ('is_placeholder', True), models.Q(('proposed_by__isnull', False), ('published_by__isnull', False)), _connector='OR'), name='charter_published_by_two', violation_error_message='Une version est proposée par un agent et publiée par un autre.'),
        ),
        migrations.RunSQL(FROZEN, migrations.RunSQL.noop),
    ]
