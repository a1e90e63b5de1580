"""Two views of lists that the national team shares."""

from partners.models import SavedView, User

VIEWS = (
    ("partners.project", "Projets à relire", "moderation__exact=submitted&o=-6", ["lead", "commune", "submitted_by"]),
    (
        "partners.organisation",
        "Réseaux et leurs identifiants",
        "kind__exact=network",
        ["siren", "website", "updated_at"],
    ),
)


def make_views(owner: User) -> None:
    for noun, name, query, columns in VIEWS:
        SavedView.objects.create(owner=owner, noun=noun, name=name, query=query, columns=columns, is_shared=True)
