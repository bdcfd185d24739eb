"""What kind of file something is, by its first bytes; a name proves nothing."""

HEAD = 16  # bytes that are enough to tell
STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"OggS", "audio/ogg"),
)
RIFF = {b"WAVE": "audio/wav", b"WEBP": "image/webp"}
# Brands of the container that phones use for pictures and for sound.
BRANDS = {b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heic", b"M4A ": "audio/mp4"}
OTHER_BRAND = "video/mp4"  # a recording of the screen, or sound in a film's container
# What the choice of a file is narrowed to; the first bytes decide.
ACCEPTED = "image/*,audio/*,video/mp4,application/pdf,.m4a,.amr"


def kind_of(head: bytes) -> str | None:
    """The media type, or None for what is not taken."""
    if head[:4] == b"RIFF":
        return RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return BRANDS.get(head[8:12], OTHER_BRAND)
    return next((kind for start, kind in STARTS if head.startswith(start)), None)
