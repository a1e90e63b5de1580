"""A random number for each write, by which readers know that nothing has changed."""

from django.db import migrations, models

STAMP = """
CREATE FUNCTION lib_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO lib_stamp (noun, value) VALUES (TG_ARGV[0], hashtextextended(gen_random_uuid()::text, 0));
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('lib', '0002_idempotent_call'),
    ]

    operations = [
        migrations.CreateModel(
            name='Stamp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('noun', models.CharField(max_length=20)),
                ('value', models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(STAMP, "DROP FUNCTION lib_stamp()"),
    ]
