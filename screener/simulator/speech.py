"""What the carrier can speak and recognise, by the names that Twilio lists, and how long words take."""

import re
from urllib.parse import quote

HAN_PER_SECOND = 4.5
WORDS_PER_SECOND = 2.5
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# In Chinese speech a digit is one syllable and an acronym is spelled out.
SPELLED = re.compile(r"[0-9]|(?<=[A-Z])[A-Z]|[A-Z](?=[A-Z])")
WORD = re.compile(r"[A-Za-z0-9'’+]+")

_POLLY = {
    "cmn-CN": ("Zhiyu", "Zhiyu-Neural"),
    "yue-CN": ("Hiujin-Neural",),
    "en-US": ("Joanna", "Joanna-Neural", "Matthew", "Matthew-Neural"),
    "en-GB": ("Amy", "Amy-Neural", "Emma", "Emma-Neural"),
}
_CHIRP = ("Aoede", "Kore", "Leda", "Zephyr", "Charon", "Fenrir", "Orus", "Puck")
# There is no Google.cmn-CN-Neural2 voice, though public code asks for it.
_GOOGLE = {
    "cmn-CN": [f"{kind}-{letter}" for kind in ("Standard", "Wavenet") for letter in "ABCD"]
    + [f"Chirp3-HD-{name}" for name in _CHIRP],
    "yue-HK": [f"Standard-{letter}" for letter in "ABCD"],
    "en-US": ["Neural2-F"],
}
# voice -> the only `language` that Say accepts with it
VOICES: dict[str, str] = {
    **{f"Polly.{name}": language for language, names in _POLLY.items() for name in names},
    **{f"Google.{language}-{name}": language for language, names in _GOOGLE.items() for name in names},
}

_GENERAL_ENGLISH = frozenset({"en-US", "en-GB", "en-AU", "en-HK", "en-SG"})
_CLOSED_MODELS = frozenset({"en-US", "en-GB", "en-AU"})
_NOVA_2 = frozenset({"zh", "zh-CN", "zh-Hans", "zh-TW", "zh-HK", "en", "en-US", "en-GB", "en-AU"})
# speech model -> languages that it recognises; any other pair is error 13331 and the Gather fails
RECOGNISED: dict[str, frozenset[str]] = {
    "default": _GENERAL_ENGLISH | {"cmn-Hans-CN", "cmn-Hans-HK", "cmn-Hant-TW", "yue-Hant-HK"},
    "phone_call": _CLOSED_MODELS,
    "experimental_conversations": _CLOSED_MODELS,
    "experimental_utterances": _CLOSED_MODELS,
    "numbers_and_commands": _NOVA_2,
    "deepgram_nova-2": _NOVA_2,
    "deepgram_nova-3": frozenset({"en", "en-US", "en-GB", "multi"}),
    "googlev2_long": _GENERAL_ENGLISH,
    "googlev2_short": _GENERAL_ENGLISH,
    "googlev2_telephony": _GENERAL_ENGLISH,
    "googlev2_telephony_short": _GENERAL_ENGLISH,
}


def seconds(words: str) -> float:
    """How long `words` take to say: 4.5 Han characters or 2.5 English words a second."""
    han = len(HAN.findall(words))
    if not han:
        return len(WORD.findall(words)) / WORDS_PER_SECOND
    spelled = len(SPELLED.findall(words))
    latin = [word for word in WORD.findall(words) if not (word.isdigit() or word.isupper())]
    return (han + spelled) / HAN_PER_SECOND + len(latin) / WORDS_PER_SECOND


def cut(words: str, after: float) -> tuple[str, str]:
    """What was said of `words` within `after` seconds, and the rest."""
    whole = seconds(words)
    if after >= whole:
        return words, ""
    place = int(len(words) * max(after, 0.0) / whole)
    return words[:place], words[place:]


def too_long(words: str, voice: str) -> bool:
    """Whether a Say is refused (13521): by its engine's limit, or by 4500 characters once URL-encoded."""
    engine = voice.partition(".")[0]
    size = len(words.encode()) if engine == "Google" else len(words)
    return size > {"Polly": 3000, "Google": 5000}.get(engine, 4096) or len(quote(words, safe="")) > 4500
