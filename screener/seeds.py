"""Where the editable data lives: `seeds/` beside the package in a checkout, inside it when installed."""

import functools
from pathlib import Path


@functools.cache
def seeds() -> Path:
    """The folder that holds guidance/, conduct/, cues/, callers/ and organisations.csv."""
    package = Path(__file__).parent
    inside = package / "seeds"
    return inside if inside.is_dir() else package.parent / "seeds"
