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
    every = max(1, -(-max(len(bar.label) + 2 for bar in bars) * _CHAR // int(step or 1)))
    labels = EMPTY.join(
        Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
            f"{_between(at * step + step / 2, len(bar.label) * _CHAR / 2):.1f}",
            HEIGHT - 6,
            bar.label,
        )
        for at, bar in enumerate(bars)
        if at % every == 0
    )
    return _figure(name, title, unit, bars, drawn + labels, HEIGHT)


def _between(middle: float, half: float) -> float:
    """The middle of a label, moved so far that it does not stick out."""
    return min(max(middle, half), WIDTH - half)


def rows(name: str, title: str, unit: str, bars: Sequence[Bar]) -> Markup:
    """Bars that lie, each with its label before it: publishers. Arguments as in `columns`."""
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
    return Markup('<figure class="chart"><figcaption id="{}">{}</figcaption>{}</figure>').format(
        f"{name}-title", title, shown
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
