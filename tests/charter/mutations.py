"""Every way that we could think of to change a bundle, or the keys given with it, without the key that signs it."""

import hashlib
import json
from collections.abc import Iterator
from random import Random

from charter.bundle import pack

JSON_FILES = ("manifest.json", "manifest.sig", "evidence.json", "charter.json", "journal.json", "openings.json")
type Files = dict[str, bytes]
type Mutant = tuple[str, bytes, bytes]


def unpack(data: bytes) -> Files:
    files, at = {}, 0
    while data[at : at + 4] == b"PK\3\4":
        size, length = int.from_bytes(data[at + 18 : at + 22], "little"), data[at + 26]
        start = at + 30 + length
        files[data[at + 30 : start].decode()] = data[start : start + size]
        at = start + size
    return files


def remade(files: Files) -> bytes:
    """The bundle whose manifest tells these files, if it can be read: only its signature is no longer true."""
    try:
        manifest = json.loads(files["manifest.json"])
        for name in manifest["files"]:
            told = {"sha256": hashlib.sha256(files[name]).hexdigest(), "size": len(files[name])}
            manifest["files"][name] |= told
    except (ValueError, TypeError, KeyError):
        return pack(files)
    return pack(files | {"manifest.json": dumped(manifest)})


def dumped(value) -> bytes:
    """As canonical JSON is written, numbers with a fraction included."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def byte_changes(random: Random, data: bytes, start: int, end: int) -> bytes:
    """One bit, one byte, a run of bytes taken out, doubled or put in, between two places."""
    at = random.randrange(start, end)
    width = random.choice((1, 1, 2, 7, 30))
    return random.choice(
        (
            lambda: data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :],
            lambda: data[:at] + bytes([(data[at] + random.randrange(1, 256)) % 256]) + data[at + 1 :],
            lambda: data[:at] + data[at + width :],
            lambda: data[: at + width] + data[at : at + width] + data[at + width :],
            lambda: data[:at] + random.randbytes(width) + data[at:],
        )
    )()


def places(value, path=()) -> Iterator[tuple]:
    """The path of each value of a document, of the document itself last."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield from places(each, (*path, name))
    yield path


def at_path(value, path):
    for name in path:
        value = value[name]
    return value


def other(random: Random, value):
    """A value that is not this one, of the same type when that can be."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + random.choice((-1, 1, 1_000))
    if isinstance(value, str):
        place = random.randrange(len(value) + 1)
        return random.choice(
            (value[:place] + random.choice("0aé\u202f") + value[place:], value[1:] or "x", value.upper() + "_")
        )
    if isinstance(value, list):
        return [*value, None] if random.random() < 0.5 or not value else value[:-1]
    return {"x": value} if isinstance(value, dict) else "x"


def retyped(random: Random, value):
    kinds = [None, 0, 1, True, False, "", "1", [], {}, [value], {"x": value}, str(value), 1.5]
    return random.choice([each for each in kinds if json.dumps(each) != json.dumps(value)])


def field_changes(random: Random, document: dict):
    """``(class, document)`` with one field changed, retyped, taken away, added or renamed; items moved or doubled."""
    document = json.loads(json.dumps(document))
    path = random.choice([path for path in places(document) if path])
    parent, name = at_path(document, path[:-1]), path[-1]
    kind = random.choice(("changed", "retyped", "removed", "added", "renamed" if isinstance(name, str) else "moved"))
    value = parent[name]
    if kind == "changed":
        parent[name] = other(random, value)
    elif kind == "retyped":
        parent[name] = retyped(random, value)
    elif kind == "removed":
        del parent[name]
    elif kind == "added":
        parent.update(inconnu=value) if isinstance(parent, dict) else parent.insert(name, value)
    elif kind == "renamed":
        parent[f"{name}_"] = parent.pop(name)
    else:
        parent.insert(random.randrange(len(parent)), parent.pop(name))
    return kind, document


def rewritten(random: Random, raw: bytes) -> bytes:
    """The same document in another form."""
    value = json.loads(raw)
    reversed_names = dict(reversed(value.items()))
    return random.choice(
        (
            lambda: json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode() + b" ",
            lambda: json.dumps(value, ensure_ascii=False).encode(),
            lambda: json.dumps(reversed_names, ensure_ascii=False, separators=(",", ":")).encode(),
            lambda: b"{" + json.dumps(next(iter(value))).encode() + b":null," + raw[1:],
            lambda: b"\xef\xbb\xbf" + raw,
            lambda: raw.replace(b"1", b"1.0", 1) + b"\n",
        )
    )()


def list_changes(random: Random, items: list) -> tuple[str, list]:
    """Items of a list removed, reordered, inserted from elsewhere in it, doubled, cut at an end."""
    items = json.loads(json.dumps(items))
    kind, place = random.choice(("removed", "reordered", "inserted", "doubled", "cut")), random.randrange(len(items))
    if kind == "removed":
        del items[place]
    elif kind == "reordered":
        items.insert((place + random.randrange(1, len(items))) % len(items), items.pop(place)) if len(
            items
        ) > 1 else items.clear()
    elif kind == "inserted":
        items.insert(place, field_changes(random, random.choice(items))[1])
    elif kind == "doubled":
        items.insert(place, items[place])
    else:
        items = items[place + 1 :] if random.random() < 0.5 else items[:place]
    return kind, items


def mutants(random: Random, bundles: list[bytes], keys: bytes) -> Iterator[Mutant]:
    """For ever: ``(class, bundle, keys)``. Each differs from what was issued by one change, sometimes well hidden."""
    while True:
        data, beside = random.sample(bundles, 2)
        changed = [(kind, made, keys) for kind, made in one_of_each(random, data, beside)]
        changed += [(kind, data, known) for kind, known in keys_changed(random, keys)]
        yield from (mutant for mutant in changed if mutant[1:] != (data, keys))


def keys_changed(random: Random, keys: bytes) -> Iterator[tuple[str, bytes]]:
    yield "clés : octets", byte_changes(random, keys, 0, len(keys))
    kind, history = field_changes(random, json.loads(keys))
    yield f"clés : champ {kind}", indented(history)
    kind, rows = list_changes(random, json.loads(keys)["keys"])
    yield f"clés : ligne {kind}", indented({"keys": rows})


def indented(history) -> bytes:
    return json.dumps(history, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def one_of_each(random: Random, data: bytes, beside: bytes) -> Iterator[tuple[str, bytes]]:
    files, others = unpack(data), unpack(beside)
    yield from bytes_of_the_archive(random, data, files)
    yield from files_of_the_archive(random, files, others)
    for name in JSON_FILES:
        kind, changed = field_changes(random, json.loads(files[name]))
        raw = dumped(changed)
        yield f"{name} : champ {kind}", pack(files | {name: raw})
        yield f"{name} : champ {kind}, manifeste refait", remade(files | {name: raw})
        yield f"{name} : autre forme", remade(files | {name: rewritten(random, files[name])})
    for name, items in (("evidence.json", "events"), ("journal.json", "leaves"), ("openings.json", "openings")):
        document = json.loads(files[name])
        kind, changed = list_changes(random, document[items])
        raw = dumped(document | {items: changed})
        yield f"{items} : {kind}, manifeste refait", remade(files | {name: raw})


def bytes_of_the_archive(random: Random, data: bytes, files: Files) -> Iterator[tuple[str, bytes]]:
    directory = data.index(b"PK\1\2", sum(map(len, files.values())))
    end, at = data.rindex(b"PK\5\6"), 0
    yield "répertoire", byte_changes(random, data, directory, end)
    yield "fin de l’archive", byte_changes(random, data, end, len(data))
    yield "bourrage", random.choice((data + b"\0", b"\0" + data, data + data, data[: random.randrange(len(data))], b""))
    for name, content in files.items():
        start = at + 30 + len(name)
        yield "en-tête", byte_changes(random, data, at, start)
        yield f"{name} : octets", byte_changes(random, data, start, start + len(content))
        spoilt = byte_changes(random, content, 0, len(content))
        yield f"{name} : octets, manifeste refait", remade(files | {name: spoilt})
        at = start + len(content)


def files_of_the_archive(random: Random, files: Files, others: Files) -> Iterator[tuple[str, bytes]]:
    name = random.choice(list(files))
    yield "fichier d’un autre dossier", pack(files | {name: others[name]})
    yield "fichier d’un autre dossier, manifeste refait", remade(files | {name: others[name]})
    yield "fichier retiré", pack({each: files[each] for each in files if each != name})
    yield "fichier vidé", remade(files | {name: b""})
    yield "fichier ajouté", pack(files | {random.choice(("LISEZMOI.txt", "../evil", "evidence.json ")): b"x"})
    yield "fichier renommé", pack({(f"{each}2" if each == name else each): files[each] for each in files})
    order = random.sample(list(files), len(files))
    yield "fichiers en désordre", pack({each: files[each] for each in order})
