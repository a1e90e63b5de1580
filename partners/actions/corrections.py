"""« Signaler une erreur »: what a reader of a public page reports."""

from partners.models import Correction, Organisation, Project


def report_correction(
    *, text: str, project: Project | None = None, organisation: Organisation | None = None
) -> Correction:
    """Record what is wrong on the page of a project or of an organisation; nothing is known of who says it."""
    return Correction.objects.create(text=text, project=project, organisation=organisation)
