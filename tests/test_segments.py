"""Encoding and segments, at the edges where a text starts to cost more."""

import pytest

from screener.segments import CostClass, Encoding, measure

CASES = [
    ("a" * 160, Encoding.GSM7, 160, 1),
    ("a" * 161, Encoding.GSM7, 161, 2),
    ("a" * 306, Encoding.GSM7, 306, 2),
    ("a" * 307, Encoding.GSM7, 307, 3),
    ("好" * 70, Encoding.UCS2, 70, 1),
    ("好" * 71, Encoding.UCS2, 71, 2),
    ("好" * 134, Encoding.UCS2, 134, 2),
    ("好" * 135, Encoding.UCS2, 135, 3),
    ("€" * 80, Encoding.GSM7, 160, 1),
    ("€" * 81, Encoding.GSM7, 162, 2),
    ("a" * 152 + "€" + "a" * 152, Encoding.GSM7, 306, 3),
    ("好" * 66 + "𠮷" + "好" * 66, Encoding.UCS2, 134, 3),
    ("𠮷" * 35, Encoding.UCS2, 70, 1),
    ("𠮷" * 66, Encoding.UCS2, 132, 2),
    ("", Encoding.GSM7, 0, 1),
    ("é", Encoding.GSM7, 1, 1),
    ("ê", Encoding.UCS2, 1, 1),
    ("’", Encoding.UCS2, 1, 1),
]


@pytest.mark.parametrize(("body", "encoding", "units", "segments"), CASES)
def test_segments_are_exact(body, encoding, units, segments):
    """One unit more than fits makes one segment more; a pair is never parted between two."""
    billed = measure(body)
    assert (billed.encoding, billed.units, billed.segments) == (encoding, units, segments)


@pytest.mark.parametrize(("segments", "cost"), [(1, CostClass.SINGLE), (2, CostClass.DOUBLE), (3, CostClass.LONG)])
def test_cost_class_follows_the_segments(segments, cost):
    """An ordinary text is a single or a double; three segments and more are long."""
    assert measure("好" * (67 * segments - 1 if segments > 1 else 70)).cost_class is cost
