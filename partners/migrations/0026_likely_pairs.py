"""Likely duplicates, and the indexes that find them."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# A typed address, a saved one and the index agree on what a site is.
DOMAIN = """
CREATE FUNCTION partners_domain(address text) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN regexp_replace(lower(address), '^[a-z]+://(www\\.)?([^/:?#]+).*$', '\\2');
CREATE INDEX organisation_by_site ON partners_organisation (partners_domain(website)) WHERE website <> '';
CREATE INDEX organisation_by_siren ON partners_organisation (siren) WHERE siren <> '';
"""
NO_DOMAIN = "DROP INDEX organisation_by_site; DROP INDEX organisation_by_siren; DROP FUNCTION partners_domain(text);"


class Migration(migrations.Migration):

    dependencies = [
        ('partners', '0025_identity'),
    ]

    operations = [
        migrations.CreateModel(
            name='LikelyPair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score', models.PositiveSmallIntegerField(verbose_name='ressemblance')),
                ('reasons', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), verbose_name='raisons')),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partners.organisation')),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partners.organisation')),
            ],
            options={
                'verbose_name': 'doublon probable',
                'verbose_name_plural': 'doublons probables',
                'ordering': ['-score', 'pk'],
                'indexes': [models.Index(fields=['-score', 'id'], name='likely_pair_score')],
                'constraints': [models.UniqueConstraint(fields=('first', 'second'), name='likely_pair_once')],
            },
        ),
        migrations.RunSQL(DOMAIN, NO_DOMAIN),
    ]
