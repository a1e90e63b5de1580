"""An uploaded file of which only the SHA-256 is wanted: hashed as it comes in, kept nowhere, not even in a spool."""

import hashlib
from dataclasses import dataclass

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

HEAD = 1024
ROOM_FOR_THE_FORM = 64 * 1024


class TooLarge(Exception):
    """The upload holds more bytes than it may."""


@dataclass(frozen=True)
class Digested:
    """``head``: the first bytes, enough to know a kind of file."""

    digest: str
    size: int
    head: bytes


class DigestUploadHandler(FileUploadHandler):
    """Hands over a ``Digested`` in the place of each file."""

    def __init__(self, request: HttpRequest, *, max_bytes: int):
        super().__init__(request)
        self.max_bytes, self.too_large = max_bytes, False

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.sum, self.size, self.head = hashlib.sha256(), 0, b""

    def receive_data_chunk(self, raw_data, start):
        self.size += len(raw_data)
        if self.size > self.max_bytes:
            self.too_large = True
            raise StopUpload(connection_reset=False)
        self.sum.update(raw_data)
        self.head += raw_data[: HEAD - len(self.head)]

    def file_complete(self, file_size):
        return Digested(self.sum.hexdigest(), self.size, self.head)


def digested_upload(request: HttpRequest, field: str, *, max_bytes: int) -> Digested | None:
    """The digest of the file sent as ``field``, None without any. Raises TooLarge. Call it before ``request.POST``."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > max_bytes + ROOM_FOR_THE_FORM:
        raise TooLarge
    handler = DigestUploadHandler(request, max_bytes=max_bytes)
    request.upload_handlers = [handler]
    found = request.FILES.get(field)
    if handler.too_large:
        raise TooLarge
    return found if found and found.size else None
