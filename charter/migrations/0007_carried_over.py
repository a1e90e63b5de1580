"""Standing signatures carried over to editorial versions: rows are added, never changed nor deleted."""

import django.db.models.deletion
from django.db import migrations, models

CARRIED = """
CREATE FUNCTION charter_carried_over_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'Un report de signature ne change pas et ne se supprime pas.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'carried_over_is_frozen';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM charter_charterversion v
                   WHERE v.id = NEW.version_id AND v.state = 'published' AND v.kind = 'editorial')
        OR NOT EXISTS (SELECT 1 FROM charter_signature s
                       WHERE s.id = NEW.signature_id AND s.countersigned_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'Seule une signature contresignée se reporte, et sur une version éditoriale publiée.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'carried_over_fits';
    END IF;
    RETURN NEW;
END $$;
"""
GUARD = """
CREATE TRIGGER fits BEFORE INSERT OR UPDATE OR DELETE ON charter_carriedover
    FOR EACH ROW EXECUTE FUNCTION charter_carried_over_fits();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('charter', '0006_withdrawal'),
    ]

    operations = [
        migrations.CreateModel(
            name='CarriedOver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('carried_at', models.DateTimeField(verbose_name='reportée le')),
                ('signature', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='carried_over', to='charter.signature')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='charter.charterversion')),
            ],
            options={
                'verbose_name': 'report de signature',
                'verbose_name_plural': 'reports de signatures',
                'ordering': ['carried_at', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('signature', 'version'), name='signature_carried_over_once')],
            },
        ),
        migrations.RunSQL(CARRIED, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
    ]
