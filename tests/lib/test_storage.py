"""``STORAGE_URL``."""

import pytest

from alliance.lib.storage import storage_from_url


@pytest.mark.parametrize("url", ["/srv/Données de l’Alliance", "file:///srv/Donn%C3%A9es%20de%20l%E2%80%99Alliance"])
def test_a_folder(url):
    assert storage_from_url(url) == {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": "/srv/Données de l’Alliance", "base_url": None},
    }


def test_a_bucket():
    assert storage_from_url("s3://key:se%2Fcret@s3.example.fr:9000/portail?region=fr-par&tls=0") == {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": "portail",
            "access_key": "key",
            "secret_key": "se/cret",
            "endpoint_url": "http://s3.example.fr:9000",
            "region_name": "fr-par",
            "default_acl": "private",
            "file_overwrite": False,
            "querystring_auth": True,
        },
    }


@pytest.mark.parametrize("url", ["ftp://host/x", "s3://key:secret@host", "s3://host/"])
def test_anything_else_is_refused(url):
    with pytest.raises(ValueError, match="STORAGE_URL"):
        storage_from_url(url)
