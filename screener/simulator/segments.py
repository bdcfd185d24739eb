"""How many billed segments a body makes, counted as a carrier counts them (GSM 03.38, else UTF-16 units)."""

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")


def segments(body: str) -> int:
    """Parts billed for `body`; an extended GSM character takes two places, and no character is split."""
    if all(c in BASIC or c in EXTENDED for c in body):
        return _parts([2 if c in EXTENDED else 1 for c in body], 160, 153)
    return _parts([2 if ord(c) > 0xFFFF else 1 for c in body], 70, 67)


def _parts(places: list[int], alone: int, joined: int) -> int:
    if sum(places) <= alone:
        return 1
    parts, used = 1, 0
    for size in places:
        if used + size > joined:
            parts, used = parts + 1, 0
        used += size
    return parts
