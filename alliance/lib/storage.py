"""``STORAGE_URL`` → one entry of Django's ``STORAGES``."""

from urllib.parse import parse_qs, unquote, urlsplit


def storage_from_url(url: str) -> dict:
    """Read the path of a folder (also as ``file://``), or ``s3://key:secret@host[:port]/bucket[?region=…&tls=0]``.

    Files are private: they have no address of their own, pages stream them after the access check.
    """
    parts = urlsplit(url)
    if parts.scheme in ("", "file"):
        folder = unquote(parts.path) if parts.scheme else url
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": _folder(folder)}
    if parts.scheme != "s3" or not parts.path.strip("/"):
        raise ValueError("STORAGE_URL is neither a folder nor s3://key:secret@host/bucket. See docs/operations.md.")
    query = parse_qs(parts.query)
    host = parts.hostname + (f":{parts.port}" if parts.port else "") if parts.hostname else ""
    tls = query.get("tls", ["1"])[0] != "0"
    options = {
        "bucket_name": parts.path.strip("/"),
        "access_key": unquote(parts.username or "") or None,
        "secret_key": unquote(parts.password or "") or None,
        "endpoint_url": f"{'https' if tls else 'http'}://{host}" if host else None,
        "region_name": query.get("region", [None])[0],
        "default_acl": "private",
        "file_overwrite": False,
        "querystring_auth": True,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def _folder(path: str) -> dict:
    return {"location": path, "base_url": None}
