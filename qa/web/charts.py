"""Bar charts as inline SVG: drawn by the server, coloured by the style sheet, read as a table.

Each has a title and a description for screen readers, and its figures stand in a table that can be
opened beside it, so that nobody depends on the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from qa.web.html import EMPTY

WIDTH, HEIGHT = 400, 150
_FOOT: Final = 22
"""Room for the labels under the bars."""

_CHAR: Final = 8
"""Units to a character of a label."""


class Bar(NamedTuple):
    """A bar: what stands under it, and how high it is."""

    label: str
    value: int


def columns(name: str, title: str, unit: str, bars: Sequence[Bar]) -> Markup:
    """Upright bars in the order given: months, lengths.

    Args:
        name: An id for the page.
        title: What is counted by what.
        unit: What is counted: "articles".
        bars: At least one.
    """
    highest = max(bar.value for bar in bars) or 1
    step = WIDTH / len(bars)
    room = HEIGHT - _FOOT
    drawn = EMPTY.join(
        Markup('<rect x="{}" y="{}" width="{}" height="{}"><title>{}: {} {}</title></rect>').format(
            f"{at * step + step * 0.1:.1f}",
            f"{room - bar.value / highest * (room - 4):.1f}",
            f"{step * 0.8:.1f}",
            f"{bar.value / highest * (room - 4):.1f}",
            bar.label,
            f"{bar.value:,}",
            unit,
        )
        for at, bar in enumerate(bars)
    )
    labels: list[Markup] = []
    free = 0.0
    for at, bar in enumerate(bars):
        half = len(bar.label) * _CHAR / 2
        middle = min(max(at * step + step / 2, half), WIDTH - half)
        if middle - half >= free:
            free = middle + half + _CHAR
            text = Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>')
            labels.append(text.format(f"{middle:.1f}", HEIGHT - 6, bar.label))
    return _figure(name, title, unit, bars, drawn + EMPTY.join(labels), HEIGHT)


def rows(name: str, title: str, bars: Sequence[Bar], others: str = "") -> Markup:
    """Bars that lie, each with its label before it: publishers.

    Args:
        name: An id for the page.
        title: What is counted by what.
        bars: At least one.
        others: What to say of those that are not shown.
    """
    highest = max(bar.value for bar in bars) or 1
    shown = Markup('<ol class="bars" aria-labelledby="{}">{}</ol>').format(
        f"{name}-title",
        EMPTY.join(
            Markup(
                '<li><span class="name"><bdi>{}</bdi></span><span class="bar" aria-hidden="true">'
                '<span style="width: {}%"></span></span><span class="value">{}</span></li>'
            ).format(bar.label, f"{bar.value / highest * 100:.1f}", f"{bar.value:,}")
            for bar in bars
        ),
    )
    rest = Markup('<p class="hint">{}</p>').format(others) if others else EMPTY
    return Markup('<figure class="chart"><figcaption id="{}">{}</figcaption>{}{}</figure>').format(
        f"{name}-title", title, shown, rest
    )


def _figure(
    name: str, title: str, unit: str, bars: Sequence[Bar], drawn: Markup, height: int
) -> Markup:
    most = max(bars, key=lambda bar: bar.value)
    told = f"{len(bars)} bars; most: {most.label} with {most.value:,} {unit}"
    table = EMPTY.join(
        Markup('<tr><th scope="row">{}</th><td>{}</td></tr>').format(bar.label, f"{bar.value:,}")
        for bar in bars
    )
    return Markup(
        '<figure class="chart"><figcaption id="{0}-title">{1}</figcaption>'
        '<svg viewBox="0 0 {2} {3}" role="img" aria-labelledby="{0}-title {0}-desc">'
        '<desc id="{0}-desc">{4}</desc>{5}</svg><details><summary>As a table</summary>'
        '<div class="scroll" tabindex="0" role="region" aria-label="{1}"><table><tbody>{6}</tbody>'
        "</table></div></details></figure>"
    ).format(name, title, WIDTH, height, told, drawn, table)
