"""The editorial fields of a project and of a profile, as JSON and back: compared, kept, written on acceptance."""

from datetime import date

from django.db.models import Model

from partners.models import Axis, Commune, Organisation, Project, ProjectFigure

LINES = ("title", "summary", "description", "website")
DAYS = ("starts_on", "ends_on")
PROJECT = ("title", "summary", "description", "lead", "commune", "point", *DAYS, "axes", "figures", "photos")
PROFILE = ("summary", "description", "website", "axes")
type Values = dict[str, object]


def field_names(subject: Model) -> tuple[str, ...]:
    return PROJECT if isinstance(subject, Project) else PROFILE


def snapshot(subject: Project | Organisation, *, axes=None, figures: list[dict] | None = None) -> Values:
    """What the editorial fields say; ``axes`` and ``figures`` in place of those that are saved. At most two queries.

    Photos are apart: see ``partners.actions.photos``.
    """
    axes = list(subject.axes.all()) if axes is None else axes
    found = {name: getattr(subject, name) for name in LINES if name in field_names(subject)}
    found["axes"] = sorted(axis.pk for axis in axes)
    if not isinstance(subject, Project):
        return found
    figures = figures_of(subject) if figures is None else figures
    return found | {
        "lead": subject.lead_id,
        "commune": subject.commune_id,
        "point": None if subject.lat is None else [subject.lat, subject.lon],
        **{name: day.isoformat() if (day := getattr(subject, name)) else None for name in DAYS},
        "figures": [{name: figure.get(name) for name in ("label", "target", "reached")} for figure in figures],
    }


def figures_of(project: Project) -> list[dict]:
    """Label, target and reached of each figure, in their order."""
    return [{"label": f.label, "target": f.target, "reached": f.reached} for f in project.figures.all()]


def changed(before: Values, after: Values) -> dict[str, dict]:
    """``{field: {"before", "after"}}`` for the fields that say something else."""
    return {
        name: {"before": before[name], "after": value}
        for name, value in after.items()
        if name in before and before[name] != value
    }


def same_aims(before: list[dict], after: list[dict]) -> bool:
    """Whether two lists of figures count the same things towards the same targets: only what is reached may differ."""
    return [(f["label"], f["target"]) for f in before] == [(f["label"], f["target"]) for f in after]


def set_fields(subject: Project | Organisation, values: Values) -> None:
    """Write the plain fields on the instance, not yet saved."""
    for name in LINES:
        if name in values:
            setattr(subject, name, values[name])
    for name in DAYS:
        if name in values:
            setattr(subject, name, date.fromisoformat(values[name]) if values[name] else None)
    if "lead" in values:
        subject.lead = Organisation.objects.get(pk=values["lead"]) if values["lead"] else None
    if "commune" in values:
        subject.commune = Commune.objects.get(pk=values["commune"]) if values["commune"] else None
        subject.lat = subject.lon = None
    if "point" in values:
        subject.lat, subject.lon = values["point"] or (None, None)


def save_lists(subject: Project | Organisation, values: Values) -> None:
    """Axes and figures, once the row itself is saved."""
    if "axes" in values:
        subject.axes.set(Axis.objects.filter(pk__in=values["axes"]))
    if "figures" in values:
        replace_figures(subject, values["figures"])


def replace_figures(project: Project, figures: list[dict]) -> None:
    project.figures.all().delete()
    ProjectFigure.objects.bulk_create(
        ProjectFigure(project=project, position=n, **figure) for n, figure in enumerate(figures)
    )


def reach(project: Project, figures: list[dict]) -> None:
    """Write what was reached in figures that count the same things: it is news, it waits for nobody."""
    for row, figure in zip(project.figures.all(), figures, strict=True):
        if row.reached != figure["reached"]:
            row.reached = figure["reached"]
            row.save(update_fields=["reached"])
