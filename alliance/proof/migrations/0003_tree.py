"""Nodes of the tree, public keys, checkpoints."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('proof', '0002_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='JournalNode',
            fields=[
                ('pk', models.CompositePrimaryKey('level', 'index', blank=True, editable=False, primary_key=True, serialize=False)),
                ('level', models.PositiveSmallIntegerField(verbose_name='étage')),
                ('index', models.PositiveBigIntegerField(verbose_name='rang')),
                ('hash', models.BinaryField(max_length=32, verbose_name='empreinte')),
            ],
            options={
                'verbose_name': 'nœud du journal',
                'verbose_name_plural': 'nœuds du journal',
            },
        ),
        migrations.CreateModel(
            name='PublicKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('journal', 'journal'), ('seal', 'cachet')], max_length=10, verbose_name='emploi')),
                ('algorithm', models.CharField(max_length=20, verbose_name='algorithme')),
                ('origin', models.CharField(max_length=260, verbose_name='nom du journal')),
                ('public_key', models.BinaryField(verbose_name='clé publique')),
                ('fingerprint', models.CharField(max_length=64, unique=True, verbose_name='empreinte')),
                ('valid_from', models.DateTimeField(verbose_name='en vigueur depuis')),
                ('signature', models.BinaryField(null=True, verbose_name='signature')),
                ('signed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='proof.publickey', verbose_name='annoncée par')),
            ],
            options={
                'verbose_name': 'clé publique',
                'verbose_name_plural': 'clés publiques',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('size', models.PositiveBigIntegerField(unique=True, verbose_name='nombre d’entrées')),
                ('root', models.BinaryField(max_length=32, verbose_name='racine')),
                ('text', models.TextField(verbose_name='note signée')),
                ('signed_at', models.DateTimeField(verbose_name='signé le')),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='proof.publickey', verbose_name='clé')),
            ],
            options={
                'verbose_name': 'point de contrôle',
                'verbose_name_plural': 'points de contrôle',
                'ordering': ['size'],
            },
        ),
        migrations.AddConstraint(
            model_name='publickey',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['journal', 'seal'])), name='public_key_kind'),
        ),
        migrations.AddConstraint(
            model_name='publickey',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('signature__isnull', False), ('signed_by__isnull', False)), models.Q(('kind', 'journal'), ('signature__isnull', True), ('signed_by__isnull', True)), _connector='OR'), name='public_key_is_signed'),
        ),
        migrations.AddConstraint(
            model_name='publickey',
            constraint=models.UniqueConstraint(models.F('kind'), condition=models.Q(('signed_by__isnull', True)), name='public_key_first_once'),
        ),
    ]
