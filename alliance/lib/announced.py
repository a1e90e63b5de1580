"""What a client announces of what it sends is only words: those that nobody can read say nothing.

Django reads them while it makes the request, before its first middleware, where nothing catches what they raise:
« charset=rot13 » names a codec of Python that is none of texts, and would be an error of ours at every address.
"""

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest


class AskedRequest(WSGIRequest):
    def _set_content_type_params(self, meta):
        try:
            super()._set_content_type_params(meta)
        except (BadRequest, LookupError, SuspiciousOperation, UnicodeError):
            self.content_type, self.content_params, self._encoding = "", {}, None
