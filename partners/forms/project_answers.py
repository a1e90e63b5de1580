"""What the form of a project shows before anybody types: what stands, what was proposed, what was begun."""

import re

from partners.models import Axis, Commune, Organisation, Project, ProjectFigure, ProposedChange

MORE = ("starts_on", "ends_on", "description")
FIGURE = re.compile(r"figure_([0-5])_(label|target|reached)")
STATES = {"idea": "Une idée", "ongoing": "En cours", "done": "Terminé", "abandoned": "Abandonné"}


def first_guess(lead: Organisation) -> dict:
    """What a local organisation does is most often done at home; what a network does is anywhere."""
    at_home = lead.kind in (Organisation.Kind.LOCAL, Organisation.Kind.AUTHORITY)
    return {"commune": str(lead.commune or "") if at_home else ""}


def initial_of(project: Project, change: ProposedChange | None = None) -> dict:
    """What stands, with what was proposed of it and waits, or came back, written over."""
    axes = list(project.axes.all())
    stands = {name: getattr(project, name) for name in ("title", "summary", "state", *MORE)} | {
        "commune": str(project.commune or ""),
        "axes": [str(axis.number) for axis in axes if axis.valid_to is None],
        "former_axes": [axis for axis in axes if axis.valid_to],
        "figures": list(project.figures.all()),
        "read_at": project.updated_at.isoformat(),
        "return_motive": project.return_motive,
    }
    return stands | proposed(project, change) if change else stands


def proposed(project: Project, change: ProposedChange) -> dict:
    values = {name: each["after"] for name, each in change.values.items()}
    found = {name: value for name, value in values.items() if name in ("title", "summary", *MORE)}
    if "commune" in values:
        found["commune"] = str(Commune.objects.filter(pk=values["commune"]).first() or "")
    if "axes" in values:
        found["axes"] = [str(axis.number) for axis in Axis.objects.current().filter(pk__in=values["axes"])]
    if "figures" in values:
        found["figures"] = [ProjectFigure(**figure) for figure in values["figures"]]
    motive = {"return_motive": change.motive} if change.state == ProposedChange.State.RETURNED else {}
    return found | motive | {"read_at": max(project.updated_at, change.changed_at).isoformat()}


def begun(typed: dict[str, list[str]]) -> dict:
    """The answers of a draft, right or wrong."""
    found = {name: values[0] for name, values in typed.items() if values and not FIGURE.fullmatch(name)}
    if "axes" in typed:
        found["axes"] = typed["axes"]
    rows: dict[int, dict] = {}
    for name, values in typed.items():
        if (match := FIGURE.fullmatch(name)) and values and values[0]:
            rows.setdefault(int(match[1]), {})[match[2]] = values[0]
    found["figures"] = [ProjectFigure(**row) for _, row in sorted(rows.items())]
    found.pop("read_at", None)
    return found
