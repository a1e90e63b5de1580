"""The data sets as machines read them: a DCAT catalogue and schema.org, both JSON-LD."""

from django.conf import settings

from alliance.lib.exports import FORMATS
from alliance.portal.dumps import Dump
from alliance.portal.open_data import DATA_SETS, LO_URL, DataSet

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
DAILY = "http://publications.europa.eu/resource/authority/frequency/DAILY"
FRENCH = "http://publications.europa.eu/resource/authority/language/FRA"
MEDIA = "https://www.iana.org/assignments/media-types/"


def url(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def ref(path: str) -> dict:
    return {"@id": url(path) if path.startswith("/") else path}


def french(text: str) -> dict:
    return {"@value": text, "@language": "fr"}


def catalogue(latest: dict[str, list[Dump]]) -> dict:
    """A ``dcat:Catalog`` with all its data sets."""
    return {
        "@context": CONTEXT,
        "@id": url("/donnees/catalogue.jsonld"),
        "@type": "dcat:Catalog",
        "dct:title": french("Données ouvertes de l’Alliance Dynamique"),
        "dct:description": french("Organisations, projets, accords, signatures, Conventions et leurs référentiels."),
        "dct:publisher": {"@id": url("/#editeur"), "@type": "foaf:Organization", "foaf:name": "Alliance Dynamique"},
        "dct:language": ref(FRENCH),
        "dct:license": ref(LO_URL),
        "foaf:homepage": ref("/donnees/"),
        "dcat:dataset": [dataset(data, latest.get(data.key, [])) for data in DATA_SETS],
    }


def dataset(data: DataSet, dumps: list[Dump]) -> dict:
    address = f"/donnees/#{data.key}"
    found = {
        "@id": url(address),
        "@type": "dcat:Dataset",
        "dct:identifier": data.key,
        "dct:title": french(data.name),
        "dct:description": french(data.says),
        "dct:publisher": ref("/#editeur"),
        "dct:source": data.source,
        "dct:accrualPeriodicity": ref(DAILY),
        "dcat:keyword": [french(word) for word in data.keywords],
        "dcat:landingPage": ref(address),
        "dcat:distribution": [_of_api(data), *map(_of_dump, dumps)] if data.api else [*map(_of_dump, dumps)],
    }
    return found | ({"dct:modified": _day(dumps[0].day)} if dumps else {})


def _of_api(data: DataSet) -> dict:
    return {
        "@id": url(f"{data.api}?format=csv"),
        "@type": "dcat:Distribution",
        "dct:title": french("Liste à jour, en CSV"),
        "dct:license": ref(data.licence_url),
        "dcat:accessURL": ref(data.api),
        "dcat:downloadURL": ref(f"{data.api}?format=csv"),
        "dcat:mediaType": ref(f"{MEDIA}text/csv"),
    }


def _of_dump(dump: Dump) -> dict:
    return {
        "@id": url(dump.path),
        "@type": "dcat:Distribution",
        "dct:title": french(f"Fichier du {dump.day}, {dump.label}, compressé"),
        "dct:issued": _day(dump.day),
        "dct:license": ref(LO_URL),
        "dcat:accessURL": ref("/donnees/"),
        "dcat:downloadURL": ref(dump.path),
        **media_of(dump),
        "dcat:byteSize": {"@value": str(dump.bytes), "@type": "xsd:nonNegativeInteger"},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": ref("http://spdx.org/rdf/terms#checksumAlgorithm_sha256"),
            "spdx:checksumValue": {"@value": dump.digest, "@type": "xsd:hexBinary"},
        },
    }


def media_of(dump: Dump) -> dict:
    """Parquet packs its own pages; the others are zipped whole."""
    if dump.format not in FORMATS:
        return {"dcat:mediaType": ref(MEDIA + dump.media_type)}
    kind = FORMATS[dump.format].split(";")[0]
    return {"dcat:mediaType": ref(MEDIA + kind), "dcat:compressFormat": ref(f"{MEDIA}application/gzip")}


def _day(day: str) -> dict:
    return {"@value": day, "@type": "xsd:date"}


def for_search_engines(latest: dict[str, list[Dump]]) -> dict:
    """schema.org: what the page itself carries."""
    return {
        "@context": "https://schema.org",
        "@type": "DataCatalog",
        "name": "Données ouvertes de l’Alliance Dynamique",
        "url": url("/donnees/"),
        "license": LO_URL,
        "publisher": {"@type": "Organization", "name": "Alliance Dynamique", "url": url("/")},
        "dataset": [_dataset_of_schema_org(data, latest.get(data.key, [])) for data in DATA_SETS],
    }


def _dataset_of_schema_org(data: DataSet, dumps: list[Dump]) -> dict:
    files = [(dump.path, dump.media_type) for dump in dumps]
    files += [(f"{data.api}?format=csv", "text/csv")] if data.api else []
    return {
        "@type": "Dataset",
        "@id": url(f"/donnees/#{data.key}"),
        "name": data.name,
        "description": f"{data.says} Source : {data.source}.",
        "url": url(f"/donnees/#{data.key}"),
        "license": data.licence_url,
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": "Alliance Dynamique"},
        "distribution": [
            {"@type": "DataDownload", "contentUrl": url(path), "encodingFormat": kind} for path, kind in files
        ],
    }
