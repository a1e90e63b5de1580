"""``STORAGE_URL`` → one entry of Django's ``STORAGES``."""


def storage_from_url(url: str) -> dict:
    """Read ``s3://key:secret@endpoint/bucket`` or the path of a folder."""
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": url, "base_url": None}}
