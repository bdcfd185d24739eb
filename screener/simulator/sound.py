"""Recordings that can be heard: WAV, 8 kHz, 16 bits, a tone for the caller and another for the assistant."""

import array
import functools
import io
import math
import sys
import wave
from collections.abc import Iterable

RATE = 8000  # samples a second, as telephones carry them
BEAT = 2000  # samples in one syllable-like beat: a tone, then a breath
PITCH = {"caller": 330, "assistant": 220}  # hertz
LEFT = "caller"


@functools.cache
def _beat(who: str) -> tuple[int, ...]:
    """One quarter of a second of somebody's tone, swelling and dying away like a syllable."""
    if who not in PITCH:
        return (0,) * BEAT
    return tuple(
        int(9000 * math.sin(math.pi * n / BEAT) ** 2 * math.sin(2 * math.pi * PITCH[who] * n / RATE))
        for n in range(BEAT)
    )


@functools.cache
def _frames(who: str, channels: int) -> bytes:
    """A beat as interleaved samples: the caller on the left, the assistant on the right."""
    samples = array.array("h")
    for value in _beat(who):
        samples.extend((value,) if channels == 1 else (value, 0) if who == LEFT else (0, value))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def wav(stretches: Iterable[tuple[str, float]], channels: int = 2) -> bytes:
    """A whole WAV file: each stretch is who is heard (`caller`, `assistant`, or "") and its seconds."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(RATE)
        for who, seconds in stretches:
            beat = _frames(who, channels)
            size = round(seconds * RATE) * 2 * channels
            out.writeframes((beat * (size // len(beat) + 1))[:size])
    return file.getvalue()
