"""What is reckoned once and kept."""

from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Kept(dict[K, V]):
    """What a function gives for each key, reckoned when first asked for and kept as long as there is room.

    A plain dictionary, so that it can be asked from C: by `str.translate`, or by `map`.
    """

    def __init__(self, reckon: Callable[[K], V], most: int) -> None:
        super().__init__()
        self._reckon, self._most = reckon, most

    def __missing__(self, key: K) -> V:
        value = self._reckon(key)
        if len(self) < self._most:
            self[key] = value
        return value
