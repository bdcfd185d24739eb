"""How often calls come, beside what the rules say, as a picture with its numbers in it; readable without colour."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import drawsvg
from flask_babel import format_date, gettext
from markupsafe import Markup

from screener.conduct import Kind, Measure, limits, rules
from screener.conduct.clock import Limit
from screener.model import Category, Jurisdiction
from screener.web.language import language

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


def bounds(country: str, kinds: Iterable[Category | None]) -> tuple[Limit, ...]:
    """The limits on hours and counts that a country's rules set for such callers."""
    wanted = set(kinds)
    known = set(Jurisdiction) & {country}
    return tuple(one for one in limits() if rules()[one.rule].country in known and one.categories & wanted)


def quiet(bound: tuple[Limit, ...]) -> tuple[bool, ...]:
    """For each hour of the day, whether a rule asks for quiet."""
    windows = [one for one in bound if one.kind is Kind.HOURS]
    return tuple(any(one.inside(time(hour)) for one in windows) for hour in range(24))


def drawn(counts: Counts, bound: tuple[Limit, ...] = ()) -> tuple[Markup, Markup]:
    """Two bar charts: calls by day with a line at each day's limit, calls by hour with the quiet hours shaded."""
    days = [(str(format_date(day, "d")), count) for day, count in counts.days]
    hours = [("" if hour % 3 else str(hour), count) for hour, count in enumerate(counts.hours)]
    daily = {one.limit for one in bound if one.measure in (Measure.ANSWERED_PER_DAY, Measure.MISSED_PER_DAY)}
    return (
        bars(days, gettext("Calls on each of the last %(days)d days", days=DAYS), lines=sorted(daily)),
        bars(hours, gettext("Calls by hour of the day"), shaded=quiet(bound)),
    )


def bars(
    values: list[tuple[str, int]], title: str, *, lines: Iterable[int] = (), shaded: tuple[bool, ...] = ()
) -> Markup:
    """A bar chart as inline SVG, without style or script; each bar and line carries its number."""
    lines = list(lines)
    most = max([*(count for _, count in values), *lines, 1])
    step, room, floor = WIDTH / len(values), HEIGHT - FOOT - HEAD, HEIGHT - FOOT
    drawing = drawsvg.Drawing(WIDTH, HEIGHT, role="img", aria_label=title, class_="picture")
    for place, dark in enumerate(shaded):
        if dark:
            drawing.append(drawsvg.Rectangle(place * step, HEAD, step, room, fill=INK, fill_opacity=0.12))
    for place, (label, count) in enumerate(values):
        middle, tall = (place + 0.5) * step, room * count / most
        drawing.append(
            drawsvg.Rectangle(middle - step * 0.3, floor - tall, step * 0.6, tall, fill=INK, fill_opacity=0.55)
        )
        if count:
            drawing.append(_label(str(count), middle, floor - tall - 4))
        drawing.append(_label(label, middle, HEIGHT - 6))
    for line in lines:
        height = floor - room * line / most
        drawing.append(drawsvg.Line(12, height, WIDTH, height, stroke=INK, stroke_dasharray="4 3", stroke_width=1))
        drawing.append(_label(str(line), 5, height + 3))
    drawing.append(drawsvg.Line(0, floor, WIDTH, floor, stroke=INK, stroke_opacity=0.4))
    svg: str = drawing.as_svg(header="")
    return Markup(svg)  # noqa: S704  numbers and our own words; drawsvg escapes them


def told(bound: tuple[Limit, ...]) -> list[str]:
    """What the shading and the lines stand for, each with its rule's name, date and force."""
    words = {
        Measure.WINDOW: gettext("Shaded hours"),
        Measure.ANSWERED_PER_DAY: gettext("Dashed line: answered calls in a day"),
        Measure.MISSED_PER_DAY: gettext("Dashed line: missed calls in a day"),
        Measure.CALLS_PER_7_DAYS: gettext("Calls in seven days"),
    }
    return [f"{words[one.measure]}: {_amount(one)}. {rules()[one.rule].citation(language())}" for one in bound]


def _amount(one: Limit) -> str:
    return f"{one.start:%H:%M}–{one.until:%H:%M}" if one.kind is Kind.HOURS else str(one.limit)


def _label(text: str, x: float, y: float) -> drawsvg.Text:
    return drawsvg.Text(text, 10, x, y, text_anchor="middle", fill=INK)
