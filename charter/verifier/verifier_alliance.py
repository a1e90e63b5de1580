#!/usr/bin/env python3
"""Vérifie hors ligne les dossiers de preuve des signatures de la charte de l’Alliance Dynamique.

    python3 verifier_alliance.py DOSSIER.zip [AUTRE.zip …] --cles alliance-keys.json

Il faut Python 3.9 ou plus récent et : pip install cryptography asn1crypto. Ni réseau, ni base de données, ni portail.
Codes de retour : 0, toutes les signatures données sont valides ; 1, dossiers authentiques, mais une signature au moins
n’engage plus ou pas encore (remplacée, retirée, contestée, refusée, en attente) ; 2, un dossier au moins est altéré,
illisible ou d’origine inconnue : ne vous y fiez pas.
"""
import argparse, base64, hashlib, json, re, struct, warnings, zlib
from pathlib import Path

from asn1crypto import cms, core, parser, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

PAPERS, LARGEST, STAMPS = ("attestation.pdf", "dossier.pdf"), 40_000_000, "1.3.6.1.5.5.7.3.8"
NAMES = ("manifest.json", "manifest.sig", "evidence.json", "charter.json", "consent.txt", *PAPERS,
         "journal.json", "checkpoint", "openings.json")
# What evidence.json says, and who must say the same: the leaves of the signature (signed), of the power to sign, of the
# version, of the seal (sealed), of its time (stamp), what opens them (clear), and the other files of the bundle (file).
AGREES = """schema=file:schema signature.code=file:code signature.state=file:state consent.text=file:consent
journal=file:journal consent.digest=file:consent_digest document.digest=file:digest chain.length=file:length
chain.head=file:head document.title=text:title document.version=text:version document.placeholder=text:placeholder
signature.signed_at=signed:signed_at signature.proof_level=signed:proof_level presence.level=signed:proof_level
organisation.public_id=signed:organisation consent.digest=signed:consent_digest document.digest=signed:document_digest
document.version=signed:version mandate.public_id=signed:mandate mandate.kind=signed:mandate_kind
chain.head_at_signing=signed:evidence_digest organisation.public_id=power:organisation mandate.kind=power:mandate_kind
mandate.starts_on=power:starts_on mandate.ends.on=power:ends_on mandate.paper.digest=power:document_digest
document.version=version:version document.digest=version:digest document.kind=version:version_kind
document.effective_on=version:effective_on document.placeholder=version:placeholder mandate.state=file:mandate
signer.name=clear:signer_name signer.email=clear:signer_email signer.job_title=clear:signer_job_title
mandate.holder.email=clear:holder_email mandate.job_title=clear:job_title attestation.seal.file_digest=sealed:digest
attestation.seal.certificate_digest=sealed:seal attestation.seal.revision=sealed:revision
attestation.seal.sealed_at=sealed:sealed_at attestation.seal.file_digest=file:sealed_digest
attestation.seal.certificate_digest=file:seal attestation.time.at=stamp:gen_time
attestation.time.authority=stamp:authority attestation.time.at=file:stamped_at"""
STATES = {
    "superseded": "remplacée : une version plus récente est en vigueur", "withdrawn": "retirée par l’organisation",
    "contested": "contestée : le mandat du signataire est mis en cause", "refused": "refusée par La Poste",
    "pending": "en attente de contresignature", "standing": "valide",
}
UNPROVEN = """l’identité civile du signataire ; que les faits sont vrais : le journal dit ce qui fut noté, et l’ordre
ce qui a suivi ce dossier, ou aurait été tu : demandez-en un du jour, comparez les points de contrôle
à qui sont la première clé, le cachet, l’autorité de temps : comparez leurs empreintes par une autre voie
les phrases, le nom et le SIREN de l’organisation : le portail les signe, le journal ne les retient pas""".split("\n")  # noqa: SIM905

class Refused(Exception):
    """The word of the answer, and why, in French."""

def need(true, sentence, word="altérée"):
    if not true:
        raise Refused(word, sentence)

def same(left, right, what):
    need(canonical(left) == canonical(right), f"Le dossier se contredit : {what}.")  # not ==, for which 1 is true

def picked(value, *names):
    return [value[name] for name in names]

def sha256(content):
    return hashlib.sha256(content).hexdigest()

def unbase64(text):
    value = base64.b64decode(text, validate=True)
    need(base64.b64encode(value).decode() == text, "Du base64 n’est pas écrit de la seule façon admise.")
    return value

def canonical(value):
    """RFC 8785, for JSON without fractions whose names are ASCII."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()

def strict(raw, *names):
    """Canonical JSON to the byte, with these names and no other: nothing given twice, nothing written another way."""
    value = json.loads(raw.decode(), parse_float=need, parse_constant=need)  # which both fail, for want of a sentence
    need(canonical(value) == raw and set(names) in (set(), set(value)), "Un fichier n’est pas dans sa forme exacte.")
    return value

def unpack(data):
    """Sizes are read where they must be, then the only ZIP of such files is made again: no other byte has a say."""
    need(data[:4] == b"PK\3\4" and data[30:43] == NAMES[0].encode(), "Ce n’est pas un dossier de preuve.", "inconnu")
    files, body, directory = {}, b"", b""
    for name in NAMES:
        start = len(body) + 30 + len(name)
        content = data[start : start + int.from_bytes(data[len(body) + 18 : len(body) + 22], "little")]
        fields = struct.pack("<5H3I2H", 10, 0, 0, 0, 33, zlib.crc32(content), len(content), len(content), len(name), 0)
        place = struct.pack("<3H2I", 0, 0, 0, 0o100644 << 16, len(body))
        directory += b"PK\1\2" + struct.pack("<H", 3 << 8 | 10) + fields + place + name.encode()
        body += b"PK\3\4" + fields + name.encode() + content
        files[name] = content
    end = b"PK\5\6" + struct.pack("<4H2IH", 0, 0, len(files), len(files), len(directory), len(body), 0)
    need(body + directory + end == data, "L’archive n’a pas, à l’octet près, la forme attendue.")
    return files

def signed_by(row, signature, message):
    key = load_der_public_key(unbase64(row["public_key"]))
    need(row["kind"] == "journal" and isinstance(key, ed25519.Ed25519PublicKey), "Une clé n’est pas du journal.")
    key.verify(signature, message)

def read_keys(raw):
    """``{fingerprint: row}``, the first one first, each other signed by a journal key that stands before it."""
    rows, known = json.loads(raw.decode())["keys"], {}
    form = json.dumps({"keys": rows}, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"
    need(form == raw, "L’historique des clés n’est pas, à l’octet près, tel que le portail le publie.")
    for row in rows:
        same(row["fingerprint"], sha256(unbase64(row["public_key"])), "une clé et son empreinte")
        if known:
            said = {name: row[name] for name in row if name not in ("signature", "note_key")}
            signed_by(known[row["signed_by"]], unbase64(row["signature"]), canonical(said))
        placed = (known or row["signed_by"] is row["signature"] is None) and row["fingerprint"] not in known
        need(placed and row["origin"] == rows[0]["origin"], "Une clé n’est pas à sa place.")
        known[row["fingerprint"]] = row
    return known

def read_manifest(files, known):
    manifest = strict(files["manifest.json"], "format", "code", "origin", "issued_at", "keys", "files")
    sealed = strict(files["manifest.sig"], "format", "key", "signature")
    need(sealed["key"] in known, "Le dossier n’est signé par aucune des clés données.", "inconnu")
    signed_by(known[sealed["key"]], unbase64(sealed["signature"]), b"alliance-bundle/1\n" + files["manifest.json"])
    then = list(known.values())[: len(manifest["keys"])]
    last = [row["fingerprint"] for row in then if row["kind"] == "journal"][-1]
    told = [*picked(manifest, "format", "origin", "keys"), *picked(sealed, "format", "key")]
    keys = [sha256(canonical(row)) for row in then]
    same(told, ["alliance-bundle/1", then[0]["origin"], keys, "alliance-bundle-signature/1", last], "en-tête ou clés")
    listed = {name: {"sha256": sha256(files[name]), "size": len(files[name])} for name in NAMES[2:]}
    for name in PAPERS:
        listed[name]["seal"] = manifest["files"][name]["seal"]
    same(manifest["files"], listed, "les fichiers")
    return manifest

def read_checkpoint(raw, known):
    """``(size, root)`` of a note that a journal key of this history signed."""
    note = re.fullmatch("([^\n]+)\n([1-9][0-9]{0,14})\n([^\n]{44})\n\n— \\1 ([^\n]{92})\n", raw.decode())
    need(note, "Le point de contrôle n’a pas la forme attendue.")
    origin, size, root, coded = note.groups()
    for row in known.values():
        number = hashlib.sha256(f"{origin}\n\1".encode() + unbase64(row["public_key"])[-32:]).digest()[:4]
        if row["kind"] == "journal" and row["origin"] == origin and unbase64(coded)[:4] == number:
            signed_by(row, unbase64(coded)[4:], f"{origin}\n{size}\n{root}\n".encode())
            return int(size), unbase64(root)
    raise Refused("inconnu", "Le point de contrôle n’est signé par aucune des clés données.")

def climb(place, last, path):
    """Both roots that a proof leads to, of the tree before and of the tree (RFC 9162, 2.1.3.2 and 2.1.4.2)."""
    old = new = path[0]
    for neighbour in path[1:]:
        need(last, "Une preuve du journal est trop longue.")
        if place & 1 or place == last:
            old, new = (hashlib.sha256(b"\1" + neighbour + each).digest() for each in (old, new))
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = hashlib.sha256(b"\1" + new + neighbour).digest()
        place, last = place >> 1, last >> 1
    need(last == 0, "Une preuve du journal est trop courte.")
    return old, new

def check_grown(old, new, path):
    """The tree ``new`` begins with ``old``, as ``path`` proves; both are ``(size, root)``."""
    place, last = old[0] - 1, new[0] - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    path = path if old[0] & (old[0] - 1) else [old[1], *path]
    grown = old == new if old[0] == new[0] else len(path) > 1 and climb(place, last, path) == (old[1], new[1])
    need(grown, "Rien ne prouve que le journal du dossier est celui de votre point de contrôle : voyez --coherence.")

def read_journal(raw, checkpoint):
    journal, leaves, last = strict(raw, "format", "size", "leaves"), [], -1
    same(picked(journal, "format", "size"), ["alliance-journal/1", checkpoint[0]], "le journal et son arbre")
    for each in journal["leaves"]:
        text, path = each["leaf"].encode(), map(unbase64, each["proof"])
        leaf = strict(text, "format", "position", "kind", "subject", "recorded_at", "facts", "commitments")
        need(last < leaf["position"] < checkpoint[0] and leaf["format"] == 1, "Une feuille n’est pas à sa place.")
        found = climb(leaf["position"], checkpoint[0] - 1, [hashlib.sha256(b"\0" + text).digest(), *path])[1]
        need(found == checkpoint[1], f"La feuille n° {leaf['position']} n’est pas dans le journal.")
        leaves.append(leaf)
        last = leaf["position"]
    return leaves

def check_opening(commitments, name, value, salt):
    said = sha256(salt + name.encode() + b"\0" + value.encode())
    need(len(salt) == 32 and commitments[name] == said, "Une valeur en clair n’ouvre pas son engagement.")

def read_openings(raw, leaves):
    """``{position: {name: clear value}}``, each of which opens the commitment of its leaf."""
    by_position, opened = {leaf["position"]: leaf["commitments"] for leaf in leaves}, {}
    for each in strict(raw, "format", "openings")["openings"]:
        position, name, value, salt = picked(each, "position", "name", "value", "salt")
        check_opening(by_position[position], name, value, unbase64(salt))
        opened.setdefault(position, {})[name] = value
    return opened

def key_holds(key, signature, message, name="sha256"):
    hashed = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[name]
    by_rsa = (padding.PKCS1v15(), hashed) if isinstance(key, rsa.RSAPublicKey) else ()
    key.verify(signature, message, *((ec.ECDSA(hashed),) if isinstance(key, ec.EllipticCurvePublicKey) else by_rsa))

def check_cms(der, kind, digest=None):
    """``(certificate, content, signature, token)`` of what one signer signed; ``digest`` of what is not inside."""
    signed = cms.ContentInfo.load(der)["content"]
    (signer,) = signed["signer_infos"]
    content, name = signed["encap_content_info"]["content"].contents, signer["digest_algorithm"]["algorithm"].native
    said = {each["type"].native: each["values"][0].native for each in signer["signed_attrs"]}
    named = (said.get("signing_certificate_v2") or said["signing_certificate"])["certs"][0]  # by its hash (ESS)
    used = named.get("hash_algorithm", {"algorithm": "sha1"})["algorithm"]
    (own,) = (each for each in signed["certificates"] if hashlib.new(used, each.dump()).digest() == named["cert_hash"])
    whole = said["message_digest"] == (digest or hashlib.new(name, content).digest()) and said["content_type"] == kind
    need(whole, "Un PDF n’est pas, à l’octet près, celui qui a été scellé.")
    certificate, signature = x509.load_der_x509_certificate(own.dump()), signer["signature"].native
    key_holds(certificate.public_key(), signature, signer["signed_attrs"].untag().dump(), name)
    beside = signer["unsigned_attrs"]
    return certificate, content, signature, None if isinstance(beside, core.Void) else beside[0]["values"][0].dump()

def check_seal(pdf, known):
    """``(words, fingerprint of the certificate, time)`` of the seal over the whole of these bytes, by a known key."""
    ranges = re.findall(rb"/ByteRange\s*\[\s*(\d+) (\d+) (\d+) (\d+)\s*\]", pdf)
    ((start, length, second, rest),) = (map(int, each) for each in ranges)
    held = bytes.fromhex(re.fullmatch(rb"<((?:[0-9A-F]{2})+)>", pdf[length:second])[1].decode())
    need((start, second + rest) == (0, len(pdf)) and not any(held[parser.peek(held) :]), "Un PDF déborde son cachet.")
    certificate, _, signature, token = check_cms(held, "data", hashlib.sha256(pdf[:length] + pdf[second:]).digest())
    public = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    need(known.get(sha256(public), {}).get("kind") == "seal", "Un cachet est d’une clé étrangère à l’historique.")
    fingerprint = sha256(certificate.public_bytes(Encoding.DER))
    words = f"intact depuis le cachet de {certificate.subject.rfc4514_string()} (certificat {fingerprint})"
    if token is None:
        return f"{words} ; horodatage en attente", fingerprint, None
    authority, content, _, _ = check_cms(token, "tst_info")
    stated = tsp.TSTInfo.load(content)
    imprint, at = stated["message_imprint"]["hashed_message"].native, stated["gen_time"].native
    need(imprint == hashlib.sha256(signature).digest(), "Un horodatage porte sur autre chose que ce cachet.")
    usage = authority.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    need([each.dotted_string for each in usage.value] == [STAMPS], "Un horodatage n’est pas d’une autorité de temps.")
    for each in (certificate, authority):
        need(each.not_valid_before_utc <= at <= each.not_valid_after_utc, "Un certificat ne courait pas ce jour-là.")
    at = f"{at:%Y-%m-%dT%H:%M:%S.%fZ}"
    return f"{words}, horodaté {at} par {authority.subject.rfc4514_string()}", fingerprint, at

def cose_key(raw):
    """The public keys of authenticators: ECDSA P-256, Ed25519, RSA of 2048 bits, in the one form that CTAP allows."""
    if raw[:10] == bytes.fromhex("a5010203262001215820") and raw[42:45] == bytes.fromhex("225820"):
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\4" + raw[10:42] + raw[45:])
    if raw[:10] == bytes.fromhex("a4010103272006215820"):
        return ed25519.Ed25519PublicKey.from_public_bytes(raw[10:])
    need(raw[:11] == bytes.fromhex("a401030339010020590100"), "La clé d’accès est d’une sorte inconnue.")
    return rsa.RSAPublicNumbers(int.from_bytes(raw[-3:], "big"), int.from_bytes(raw[11:267], "big")).public_key()

def check_passkey(kept, facts, code):
    """What the signer's device answered to the challenge, which is computed from the act itself."""
    same(sha256(canonical(kept)), facts["assertion_digest"], "la réponse de la clé d’accès")
    names = ("public_key", "authenticator_data", "client_data_json", "signature")
    key, data, told, signature = (base64.urlsafe_b64decode(kept[name] + "==") for name in names)
    act = bytes.fromhex(facts["document_digest"] + facts["consent_digest"]) + code.encode()
    asked = base64.urlsafe_b64encode(hashlib.sha256(act).digest()).rstrip(b"=").decode()
    same(picked(json.loads(told), "type", "challenge"), ["webauthn.get", asked], "ce que la clé d’accès a approuvé")
    here = data[:32] == hashlib.sha256(kept["rp_id"].encode()).digest()
    need(here and data[32] & 5 == 5, "La clé d’accès n’a pas vérifié la personne, ou pas sur ce site.")
    key_holds(cose_key(key), signature, data + hashlib.sha256(told).digest())

def check_events(events, mine):
    """How many of them leaves vouch for: one bears the digest of an event, which holds that of the one before it."""
    before, heads, last = "0" * 64, {}, 0
    for number, event in enumerate(events):
        same(picked(event, "before", "position"), [before, number], "l’ordre des événements")
        before = sha256(canonical({name: event[name] for name in event if name not in ("after", "who", "words")}))
        same(event["after"], before, "un événement et son empreinte")
        if event["who"]["kind"] == "person":
            clear, salt = canonical(event["who"]["clear"]).decode(), bytes.fromhex(event["who"]["salt"])
            check_opening({"private": event["commitment"]}, "private", clear, salt)
        heads[before] = event
    for leaf in mine:
        if "evidence_digest" in leaf["facts"]:
            event, told = heads[leaf["facts"]["evidence_digest"]], picked(leaf, "kind", "subject")
            told += [value for name, value in leaf["facts"].items() if name.endswith("_at")]
            same(picked(event, "kind", "signature", "at"), told, "les événements et le journal")
            last = max(last, event["position"] + 1)
    return last

def check_evidence(evidence, sources):
    for rule in AGREES.split():
        path, source, name = re.split("[=:]", rule)
        found = evidence
        for part in path.split("."):
            found = found.get(part) if found else None
        if source in sources and (source != "clear" or name in sources[source]):
            same(found, sources[source].get(name), path)

def state(own, mine, versions, on):
    ended = [kind for kind in ("refused", "withdrawn", "contested") if kind in own]
    current = max(picked(each, "effective_on", "version") for each in versions if each["effective_on"] <= on)[1]
    counts = [leaf["facts"]["version"] for leaf in mine if leaf["kind"] in ("signed", "carried_over")]
    standing = "standing" if current in counts else "superseded"
    return ended[0] if ended else standing if "countersigned" in own else "pending"

def check_papers(files, manifest, known, mine, sources):
    """What is found in the attestation, and lines of what is checked and what is not; leaves go to ``sources``."""
    found, said, beside = {}, [], []
    for name in PAPERS:
        if manifest["files"][name]["seal"] != "sealed":
            beside.append(f"{name} : NON VÉRIFIÉ, son cachet est en attente")
            continue
        words, seal, at = check_seal(files[name], known)
        said.append(f"{name} : {words}")
        if name == "dossier.pdf":
            streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", files[name], re.DOTALL)
            inside = (zlib.decompressobj().decompress(each, LARGEST) for each in streams if each[:1] == b"x")
            need(files["evidence.json"] in inside, "dossier.pdf ne contient pas evidence.json, à l’octet près.")
        else:
            found = {"sealed_digest": sha256(files[name]), "seal": seal, "stamped_at": at}
            sources["sealed"] = leaf = [leaf["facts"] for leaf in mine if leaf["kind"] == "sealed"][-1]
            stamps = [each["facts"] for each in mine if each["kind"] == "timestamped"]
            sources["stamp"] = next((each for each in stamps if each["revision"] == leaf["revision"]), {})
    return found, said, beside

def vouched(data, keys, outside=b"", path=b"", first=""):
    """The answer about one bundle, or an exception: forms, keys, manifest, journal, then what its leaves vouch for."""
    need(max(map(len, (data, keys, outside, path))) <= LARGEST, "Un de ces fichiers est trop gros.")
    known, files = read_keys(keys), unpack(data)
    root = next(iter(known))
    need(first.replace(":", "").lower() in ("", root), "La première clé n’est pas celle que vous attendez.", "inconnu")
    manifest, checkpoint = read_manifest(files, known), read_checkpoint(files["checkpoint"], known)
    leaves, code = read_journal(files["journal.json"], checkpoint), manifest["code"]
    mine = [leaf for leaf in leaves if leaf["subject"] == code]
    own = {leaf["kind"]: leaf for leaf in mine}
    need([leaf["kind"] for leaf in mine].count("signed") == 1, "Le journal ne dit pas, une fois, cette signature.")
    evidence, facts = strict(files["evidence.json"]), own["signed"]["facts"]
    mandates = {leaf["kind"]: leaf for leaf in leaves if leaf["subject"] == facts["mandate"]}
    power, opened = mandates["mandate_verified"], read_openings(files["openings.json"], leaves)
    need(power["position"] < own["signed"]["position"], "Le pouvoir n’a pas été vérifié avant la signature.")
    versions = [leaf["facts"] for leaf in leaves if leaf["kind"] == "version_published"]
    (version,) = (each for each in versions if each["version"] == facts["version"])
    word, events = state(own, mine, versions, manifest["issued_at"][:10]), evidence["events"]
    checked = [f"forme exacte de l’archive, manifeste signé, suite des clés depuis la première, {root}",
               f"{len(leaves)} feuilles du journal, dans l’arbre de {checkpoint[0]} du point de contrôle"]
    sources = {"signed": facts, "power": power["facts"], "version": version, "text": strict(files["charter.json"])}
    if outside:
        kept, proof = read_checkpoint(outside, known), json.loads(path)["consistency_proof"] if path else []
        check_grown(*sorted((kept, checkpoint)), [unbase64(each) for each in proof])
        checked.append(f"{sum(leaf['position'] < kept[0] for leaf in leaves)} dans l’arbre que vous gardez, aussi")
    found, said, beside = check_papers(files, manifest, known, mine, sources)
    sources["clear"] = {**opened.get(power["position"], {}), **opened.get(own["signed"]["position"], {})}
    sources["file"] = {
        "schema": "alliance-evidence/1", "code": code, "state": "standing" if word == "superseded" else word,
        "digest": sha256(files["charter.json"]), "consent": files["consent.txt"].decode(), "length": len(events),
        "consent_digest": sha256(files["consent.txt"]), "head": events[-1]["after"], **found,
        "mandate": "contested" if "mandate_contested" in mandates else "verified",
        "journal": [{"leaf": canonical(leaf).decode(), "leaf_hash": sha256(b"\0" + canonical(leaf)),
                     **{name: leaf[name] for name in ("position", "kind", "recorded_at")}} for leaf in mine],
    }
    check_evidence(evidence, sources)
    for kind in ("signed", "countersigned", "refused", "withdrawn"):
        at = [leaf["facts"][f"{kind}_at"] for leaf in mine if leaf["kind"] == kind]
        same([each["at"] for each in evidence["life"] if each["fact"] == kind], at, "une date")
    if facts["proof_level"] == "passkey":
        check_passkey(evidence["presence"]["assertion"], facts, code)
    checked.append(f"texte {facts['document_digest']}, consentement, pouvoir, présence ({facts['proof_level']}), dates")
    checked.append(f"{len(events)} événements qui se suivent, dont {check_events(events, mine)} dans le journal")
    sentence = f"Signature {'' if word == 'standing' else 'authentique, mais '}{STATES[word]} ({code}, "
    sentence += f"version {facts['version']}, signée le {facts['signed_at']}, dossier du {manifest['issued_at']})."
    return {"etat": re.match("en attente|[^ ]+", STATES[word])[0], "phrase": sentence, "controle": checked + said,
            "non_prouve": [*beside, *UNPROVEN], "code": int(word != "standing")}

def judged(*given):
    """The answer about one bundle, whatever is given; arguments as ``vouched``."""
    try:
        return vouched(*given)
    except Refused as refusal:
        word, why = refusal.args
    except Exception:  # noqa: BLE001  whatever is given, the answer is a sentence
        word, why = "altérée", "Il ne se lit pas, ou une de ses signatures est fausse."
    sentence = f"Dossier {'altéré' if word == 'altérée' else 'd’origine inconnue'} : ne vous y fiez pas. {why}"
    return {"etat": word, "phrase": sentence, "controle": [], "non_prouve": [], "code": 2}

def main():
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dossiers", nargs="+", metavar="DOSSIER.zip")
    parser.add_argument("--cles", required=True, help="le fichier alliance-keys.json, gardé ou téléchargé")
    parser.add_argument("--point-de-controle", help="le fichier d’un point de contrôle du journal, que vous gardez")
    parser.add_argument("--coherence", help="le fichier qui prouve que ce point et celui du dossier sont du même")
    parser.add_argument("--empreinte", default="", help="celle de la première clé, que vous tenez d’ailleurs")
    parser.add_argument("--json", action="store_true", help="répond pour un programme")
    given, answers = parser.parse_args(), []
    try:
        files = [Path(n).read_bytes() if n else b"" for n in (given.cles, given.point_de_controle, given.coherence)]
        for path in given.dossiers:
            answers.append({"dossier": path, **judged(Path(path).read_bytes(), *files, given.empreinte)})
    except OSError as error:
        parser.error(f"{error.filename} : {error.strerror}")
    lines = [json.dumps(answers, ensure_ascii=False, indent=2)] if given.json else []
    for each in [] if given.json else answers:
        lines += [f"{each['dossier']} : {each['phrase']}", *(f"  contrôlé : {line}" for line in each["controle"])]
        lines += [f"  non prouvé : {line}" for line in each["non_prouve"]]
    print(*lines, sep="\n")
    return max(each["code"] for each in answers)

if __name__ == "__main__":
    raise SystemExit(main())
