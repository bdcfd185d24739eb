"""How often calls come, as a picture with its numbers in it and a table beside it; readable without colour."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import drawsvg
from flask_babel import format_date, gettext
from markupsafe import Markup

DAYS = 14
WIDTH, HEIGHT, FOOT, HEAD = 360, 110, 18, 16  # units of the drawing
INK, PAPER = "currentColor", "none"


@dataclass(frozen=True, slots=True)
class Counts:
    """Calls of the last days, oldest first, and calls by the hour at which they came, all in the local zone."""

    days: tuple[tuple[date, int], ...]
    hours: tuple[int, ...]


def counted(times: Iterable[datetime], zone: ZoneInfo) -> Counts:
    """Count calls by day and by hour of the day."""
    local = [at.astimezone(zone) for at in times]
    today = datetime.now(UTC).astimezone(zone).date()
    by_day = Counter(at.date() for at in local)
    days = [today - timedelta(days=ago) for ago in range(DAYS - 1, -1, -1)]
    by_hour = Counter(at.hour for at in local)
    return Counts(tuple((one, by_day[one]) for one in days), tuple(by_hour[hour] for hour in range(24)))


def drawn(counts: Counts) -> tuple[Markup, Markup]:
    """Two bar charts: calls by day, calls by hour. Each bar carries its number, so colour says nothing."""
    days = [(str(format_date(day, "d")), count) for day, count in counts.days]
    hours = [("" if hour % 3 else str(hour), count) for hour, count in enumerate(counts.hours)]
    return (
        bars(days, gettext("Calls on each of the last %(days)d days", days=DAYS)),
        bars(hours, gettext("Calls by hour of the day")),
    )


def bars(values: list[tuple[str, int]], title: str) -> Markup:
    """A bar chart as inline SVG, without style or script."""
    most = max((count for _, count in values), default=0) or 1
    step = WIDTH / len(values)
    drawing = drawsvg.Drawing(WIDTH, HEIGHT, role="img", aria_label=title, class_="picture")
    room = HEIGHT - FOOT - HEAD
    for place, (label, count) in enumerate(values):
        middle, tall = (place + 0.5) * step, room * count / most
        drawing.append(
            drawsvg.Rectangle(middle - step * 0.3, HEIGHT - FOOT - tall, step * 0.6, tall, fill=INK, fill_opacity=0.55)
        )
        if count:
            drawing.append(_label(str(count), middle, HEIGHT - FOOT - tall - 4))
        drawing.append(_label(label, middle, HEIGHT - 6))
    drawing.append(drawsvg.Line(0, HEIGHT - FOOT, WIDTH, HEIGHT - FOOT, stroke=INK, stroke_opacity=0.4))
    svg: str = drawing.as_svg(header="")
    return Markup(svg)  # noqa: S704  numbers and our own words; drawsvg escapes them


def _label(text: str, x: float, y: float) -> drawsvg.Text:
    return drawsvg.Text(text, 10, x, y, text_anchor="middle", fill=INK)
