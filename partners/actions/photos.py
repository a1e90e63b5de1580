"""Photos of a project: cleaned, kept at three widths, public once an agent has accepted them."""

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from alliance.lib import files
from alliance.lib.errors import Conflict
from partners.actions.photo_files import forget_photos
from partners.actions.projects import may_write_for
from partners.actions.proposals import keep_proposal, told_change
from partners.models import Project, ProjectPhoto, User
from partners.models.project_parts import PHOTO_WIDTHS, PHOTOS_MAX


def add_photo(*, project: Project, upload: UploadedFile, alt: str, credit: str, by: User) -> ProjectPhoto:
    """Keep a photo without what the camera noted; it waits to be accepted, with the project or as a change of it.

    Raises Conflict "too_many_photos", "returned_first"; ValidationError for a file that is no picture.
    """
    if not may_write_for(by, project.lead):
        raise PermissionDenied
    pictures = files.clean_widths(upload, PHOTO_WIDTHS)
    with transaction.atomic():
        project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
        count = project.photos.count()
        if count >= PHOTOS_MAX:
            raise Conflict(f"Un projet montre {PHOTOS_MAX} photos au plus : retirez-en une.", code="too_many_photos")
        change = told_change(project)
        if change and not change.is_open:
            raise Conflict("Une modification vous est revenue : complétez-la, ou retirez-la.", code="returned_first")
        photo = ProjectPhoto(project=project, alt=alt, credit=credit, added_by=by, position=count)
        photo.widths = [width for width, _, _ in pictures]
        photo.width, photo.height, _ = pictures[0]
        photo.full_clean()
        photo.save()
        _propose(project, by)
        for width, _, content in pictures:
            default_storage.save(photo.path(width), ContentFile(content))
    return photo


def drop_photo(*, photo: ProjectPhoto, by: User) -> None:
    """Take a photo away at once, from the public page too: taking away waits for nobody."""
    if not may_write_for(by, photo.project.lead):
        raise PermissionDenied
    with transaction.atomic():
        project = Project.objects.select_for_update(of=("self",)).get(pk=photo.project_id)
        forget_photos([photo])
        project.save(update_fields=["updated_at"])  # whoever keeps the public page is told that it changed
        _propose(project, by)


def _propose(project: Project, by: User) -> None:
    """A published project keeps its page until the photo is accepted."""
    if project.moderation == Project.Moderation.PUBLISHED:
        waiting = project.proposed_changes.waiting().first()
        keep_proposal(subject=project, values=waiting.values if waiting else {}, by=by)
