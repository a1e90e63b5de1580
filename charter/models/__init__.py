from charter.models.mandate import Mandate
from charter.models.preparation import Deliberation, SigningCode, Transmission
from charter.models.signature import Signature
from charter.models.version import Article, CharterVersion

__all__ = ["Article", "CharterVersion", "Deliberation", "Mandate", "Signature", "SigningCode", "Transmission"]
