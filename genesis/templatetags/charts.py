"""Charts as SVG: drawn by the server, the same on a page, on paper and without JavaScript.

Each stands beside a table with its figures, so that it says nothing alone.
"""

from collections.abc import Sequence
from typing import Any

from django import template

register = template.Library()
LEFT, WIDTH, ROW = 150, 420, 34  # of the labels, of the scale, of a line


@register.inclusion_tag("components/chart_shares.html")
def chart_shares(
    title: str, rows: Sequence[Any], *, bounds: Sequence[float] = ()
) -> dict[str, Any]:
    """Show for each row what it was (`before`, hollow) and is (`now`, full), from 0 to 1.

    `rows` have `name`, `now` and `before`, each a share or None; `bounds` are
    the shares at which a band begins.
    """
    lines = [_line(number, row) for number, row in enumerate(rows)]
    return {
        "title": title,
        "lines": lines,
        "marks": [(_x(each), f"{each:.2f}") for each in (0, *bounds, 1)],
        "width": LEFT + WIDTH + 30,
        "height": ROW * len(lines) + 36,
        "foot": ROW * len(lines) + 8,
    }


def _line(number: int, row: Any) -> dict[str, Any]:
    y = ROW * number + 20
    now, before = row["now"], row["before"]
    return {
        "name": row["name"],
        "y": y,
        "text_y": y + 5,
        "start": _x(0),
        "end": _x(1),
        "now": None if now is None else _x(now),
        "before": None if before is None else _x(before),
        "said": "–" if now is None else f"{now:.2f}",
    }


def _x(share: Any) -> int:
    return LEFT + round(float(share) * WIDTH)
