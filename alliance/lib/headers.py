"""Security headers that Django does not set by itself."""

FORBIDDEN_FEATURES = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment", "screen-wake-lock", "usb",
    "xr-spatial-tracking",
)  # fmt: skip
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in FORBIDDEN_FEATURES)


class SecurityHeadersMiddleware:
    """Refuse device features and embedding elsewhere; what a signed-in person reads is stored nowhere."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        for name, value in getattr(request, "rate_headers", {}).items():
            response.headers[name] = value
        session = getattr(request, "session", None)
        if session is not None and session.accessed and request.user.is_authenticated:
            response.headers["Cache-Control"] = "private, no-store"
        return response
