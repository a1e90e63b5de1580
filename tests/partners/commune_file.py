"""Files of communes for tests: one good row, Guéret, and what can be changed in it."""

import csv
import io

from django.core.management import call_command

from partners.actions.territory_file import COLUMNS

GUERET = ["23096", "Guéret", "23000", "23", "75", "200034825", "12955", "46.1700", "1.8700", "M"]


def written(tmp_path, *lines, header=COLUMNS, encoding="utf-8"):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *lines])
    path = tmp_path / "communes.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    return str(path)


def changed(**values):
    return [values.get(name, value) for name, value in zip(COLUMNS, GUERET, strict=True)]


def load(source, **options):
    call_command("load_territories", source, partial=options.pop("partial", True), verbosity=0, **options)
