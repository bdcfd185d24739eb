"""The files of a bag, written from dossiers: one call's JSON and transcript, an index to read, a sheet to calculate."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from screener.evidence import Dossier, Entry, Kind, Part, time_text
from screener.evidence.words import Name, Words

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
COLUMNS = (
    "sid", "time", "caller", "seconds", "consent", "disposition", "category", "organisation", "on_behalf_of", "audio",
    "files",
)  # fmt: skip
ENDINGS = {
    "application/pdf": "pdf", "audio/amr": "amr", "audio/mp4": "m4a", "audio/mpeg": "mp3", "audio/ogg": "ogg",
    "audio/wav": "wav", "image/gif": "gif", "image/heic": "heic", "image/jpeg": "jpg", "image/png": "png",
    "image/webp": "webp", "video/mp4": "mp4",
}  # fmt: skip
SPINE = ("position", "kind", "at", "digest", "detail", "hash")


def call_json(dossier: Dossier) -> bytes:
    """Every entry with its content and its salt, as `screener verify` reads it back."""
    entries = [
        {
            "position": one.entry.position, "kind": one.entry.kind, "at": one.entry.at, "digest": one.entry.digest,
            "hash": one.hash, "salt": one.salt, "parts": [_part(part.name, part.content) for part in one.parts],
        }
        for one in dossier.sealed
    ]  # fmt: skip
    loose = [{"kind": kind, **_part(part.name, part.content)} for kind, part in dossier.loose]
    whole = {"sid": dossier.sid, "sealed": entries, "not_sealed_yet": loose}
    return (json.dumps(whole, ensure_ascii=False, indent=1, default=_plain) + "\n").encode("utf-8", "surrogatepass")


def _part(name: str, content: Mapping[str, object]) -> dict[str, object]:
    return {"name": name, "content": dict(content)}


def _plain(value: object) -> str:
    assert isinstance(value, datetime)
    return time_text(value)


def transcript(dossier: Dossier, words: Words, zone: ZoneInfo) -> bytes:
    """What was asked and answered, word for word, with the time of each."""
    lines = [f"{words['call']} {dossier.sid}", ""]
    for turn in dossier.turns():
        lines.append(f"{_local(turn['asked_at'], zone)}  {words['we']}: {turn['said']}")
        said, keys = turn["words"] or turn["partial"], turn["digits"]
        answer = [str(said)] if said else []
        answer += [f"{words['keys']} {keys}"] if keys else []
        if turn["confidence"]:
            answer.append(f"({words['confidence']} {turn['confidence']})")
        at = _local(turn["heard_at"], zone) if turn["heard_at"] else " " * 19
        lines.append(f"{at}  {words['caller']}: {' '.join(answer) or '-'}")
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _local(at: object, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}" if isinstance(at, datetime) else str(at or "")


def row(dossier: Dossier, words: Words, zone: ZoneInfo, name_of: Name) -> list[str]:
    """One call in the index and in the sheet; the columns are COLUMNS."""
    call, findings = dossier.content(Kind.CALL), dossier.content(Kind.FINDINGS)
    values = {**call, **findings, "sid": dossier.sid, "time": _local(call.get("started_at"), zone)}
    values |= {name: name_of(str(values[name])) for name in ("organisation", "on_behalf_of") if values.get(name)}
    values["audio"] = " ".join(str(part.content["sid"]) for part in dossier.parts(Kind.RECORDING))
    values["files"] = "; ".join(str(part.content["name"]) for part in dossier.parts(Kind.ATTACHMENT))
    values["caller"] = call.get("caller") or words["withheld"]
    for name in ("consent", "disposition", "category"):
        values[name] = words.get(str(values.get(name)), str(values.get(name) or ""))
    return ["" if values.get(name) is None else str(values[name]) for name in COLUMNS]


def recorded_as(part: Part) -> str:
    """Where a recording stands in its call's folder."""
    return f"audio/{part.content['sid']}.wav"


def attached_as(part: Part) -> str:
    """Where a file that the subscriber added stands in its call's folder; its own name is in the JSON beside it."""
    return f"files/{part.content['id']}.{ENDINGS.get(str(part.content['media_type']), 'bin')}"


def sheet_head(words: Words) -> bytes:
    """The sheet's first line, after a mark by which spreadsheets know UTF-8."""
    return b"\xef\xbb\xbf" + _csv([words[name] for name in COLUMNS])


def sheet_line(cells: list[str]) -> bytes:
    """One call in the sheet; a cell that would be a formula gets an apostrophe before it."""
    return _csv([safe(cell) for cell in cells])


def _csv(cells: list[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerow(cells)
    return out.getvalue().encode("utf-8", "replace")


def safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def index_frame(words: Words, language: str, zone: ZoneInfo) -> tuple[bytes, bytes]:
    """What stands before and after the calls on a page that needs nothing but a browser."""
    head = "".join(f"<th scope=col>{escape(words[name])}</th>" for name in COLUMNS)
    before = f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(words["title"])}</title>
<style>body{{font-family:sans-serif;margin:1rem}}table{{border-collapse:collapse}}
th,td{{border:1px solid #777;padding:.3rem .5rem;text-align:left;vertical-align:top}}</style></head>
<body><h1>{escape(words["title"])}</h1>
<p>{escape(words["claims"])}</p><p>{escape(words["check"])}</p><p>{escape(words["zone"])}: {escape(str(zone))}</p>
<table><thead><tr>{head}</tr></thead><tbody>
"""
    return before.encode("utf-8", "replace"), b"</tbody></table></body></html>\n"


def index_line(dossier: Dossier, cells: list[str], words: Words) -> bytes:
    """One call on that page, with links to its files; `cells` are its row."""
    folder = f"calls/{dossier.sid}"
    audio = [(recorded_as(part), words["listen"]) for part in dossier.parts(Kind.RECORDING)]
    added = [(attached_as(part), str(part.content["name"])) for part in dossier.parts(Kind.ATTACHMENT)]
    shown = {
        "sid": _link(f"{folder}/transcript.txt", dossier.sid) + " " + _link(f"{folder}/call.json", "JSON"),
        "audio": " ".join(_link(f"{folder}/{path}", said) for path, said in audio),
        "files": "<br>".join(_link(f"{folder}/{path}", said) for path, said in added),
    }
    told = [shown.get(name, escape(cell)) for name, cell in zip(COLUMNS, cells, strict=True)]
    return ("<tr>" + "".join(f"<td>{cell}</td>" for cell in told) + "</tr>\n").encode("utf-8", "replace")


def _link(path: str, said: str) -> str:
    return f'<a href="{escape(path)}">{escape(said)}</a>'


def spine_line(entry: Entry, hash_: str) -> bytes:
    """One entry of the chain without its content: enough to follow the links from a call to the head."""
    out = io.StringIO(newline="")
    at = time_text(entry.at)
    csv.writer(out).writerow((entry.position, entry.kind, at, entry.digest, entry.detail, hash_))
    return out.getvalue().encode()
