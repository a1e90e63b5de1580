"""The portal as it must never be: it says « signed » at once and does the work a little later. A negative control."""

import io
import threading
import time

from alliance.wsgi import application as portal

LATER_SECONDS = 0.3


def application(environ, start_response):
    if environ["REQUEST_METHOD"] != "POST":
        return portal(environ, start_response)
    content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    later = environ | {"wsgi.input": io.BytesIO(content)}
    threading.Thread(target=_work, args=(later,), daemon=True).start()
    start_response("302 Found", [("Location", environ["PATH_INFO"]), ("Content-Length", "0")])
    return [b""]


def _work(environ) -> None:
    time.sleep(LATER_SECONDS)
    list(portal(environ, lambda *args: None))
