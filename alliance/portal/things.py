"""The things that pages show, in the words of schema.org."""

from django.conf import settings

from alliance.portal import catalogue, dumps
from events.models import Convention
from partners.models import Organisation, Project

PUBLISHER = {"@type": "Organization", "name": "Alliance Dynamique"}


def url(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def told(**facts) -> dict:
    """The facts that are known."""
    return {name.replace("at_", "@", 1): fact for name, fact in facts.items() if fact not in ("", None, [], {})}


def place_of(commune, point=None) -> dict | None:
    if commune is None:
        return None
    geo = told(at_type="GeoCoordinates", latitude=point.lat, longitude=point.lon) if point else None
    address = {"@type": "PostalAddress", "addressLocality": commune.name, "addressCountry": "FR"}
    return told(at_type="Place", name=commune.name, address=address, geo=geo)


def short(organisation: Organisation | None) -> dict | None:
    if organisation is None or not organisation.is_public:
        return None
    return told(at_type="Organization", name=organisation.name, url=url(f"/annuaire/{organisation.slug}/"))


def of_project(context: dict) -> dict | None:
    project: Project | None = context.get("project")
    if project is None:
        return None
    return told(
        at_type="Project",
        at_id=url(f"/projets/{project.slug}/"),
        name=project.title,
        description=project.summary,
        url=url(f"/projets/{project.slug}/"),
        foundingDate=project.starts_on,
        dissolutionDate=project.ends_on,
        parentOrganization=short(project.lead),
        location=place_of(project.commune, context.get("point")),
        keywords=[axis.label for axis in project.axes.all()],
    )


def of_organisation(context: dict) -> dict | None:
    organisation: Organisation | None = context.get("organisation")
    if organisation is None:
        return None
    siren = told(at_type="PropertyValue", propertyID="SIREN", value=organisation.siren) if organisation.siren else None
    return told(
        at_type="Organization",
        at_id=url(f"/annuaire/{organisation.slug}/"),
        name=organisation.name,
        alternateName=organisation.short_name,
        description=organisation.summary,
        url=url(f"/annuaire/{organisation.slug}/"),
        sameAs=organisation.website,
        identifier=siren,
        parentOrganization=short(organisation.parent),
        location=place_of(organisation.commune, context.get("point")),
        keywords=[axis.label for axis in organisation.axes.all()],
    )


def of_convention(context: dict) -> dict | None:
    convention: Convention | None = context.get("convention")
    if convention is None:
        return None
    cancelled = convention.state == Convention.State.CANCELLED
    return told(
        at_type="Event",
        at_id=url(convention.get_absolute_url()),
        name=convention.title,
        description=convention.summary,
        url=url(convention.get_absolute_url()),
        startDate=convention.starts_at.date() if convention.is_day_only else convention.starts_at.isoformat(),
        endDate=convention.ends_at.date() if convention.is_day_only else convention.ends_at.isoformat(),
        eventStatus=f"https://schema.org/Event{'Cancelled' if cancelled else 'Scheduled'}",
        eventAttendanceMode="https://schema.org/OfflineEventAttendanceMode",
        location=told(at_type="Place", name=convention.place, address=convention.address) if convention.place else None,
        organizer=PUBLISHER,
    )


def of_data(context: dict) -> dict:
    return catalogue.for_search_engines(context.get("latest") or dumps.latest())


BY_VIEW = {
    "partners:project": of_project,
    "partners:organisation": of_organisation,
    "events:convention": of_convention,
    "portal:open_data": of_data,
}
