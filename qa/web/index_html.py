"""The Index tab: what the index is, whether it is well and what it holds, words and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup

from qa.listing import LENGTH_STEP
from qa.overviews import Count
from qa.records import Verification
from qa.serving.verifying import Health
from qa.settings import Settings
from qa.text.typography import counted
from qa.web import charts
from qa.web.charts import Bar
from qa.web.html import EMPTY, notice, words

MONTHS, PUBLISHERS = 60, 12
"""Bars at most: more months are shown as years, other publishers in a line."""

SETTINGS: Final[Mapping[str, tuple[str, str]]] = {
    "model": ("Model for meaning", "rebuilds the index"),
    "passage_words": ("Words in a passage", "rebuilds the index"),
    "overlap_sentences": ("Sentences that neighbours share", "rebuilds the index"),
    "fusion": ("How words and meaning are mixed", "takes effect at the next start"),
    "dense_weight": ("Share of meaning", "takes effect at the next start"),
    "depth": ("Candidates of each", "takes effect at the next start"),
    "late_weight": ("Share of word by word meaning", "takes effect at the next start"),
    "rerank_depth": ("Candidates compared word by word", "takes effect at the next start"),
    "reranker": ("Model that compares them instead", "takes effect at the next start"),
    "reader": ("What reads the best passages again", "takes effect at the next start"),
    "answer_threshold": ("Confidence that an answer needs", "takes effect at the next start"),
    "lexical_engine": ("Engine for words", "takes effect at the next start"),
    "vector_engine": ("Engine for meaning", "takes effect at the next start"),
    "index": ("Where the index lies", "takes effect at the next start"),
}
"""What the settings are called here, and when a change counts."""


def overview(
    info: Mapping[str, Any],
    months: Sequence[Count],
    publishers: Sequence[Count],
    lengths: Sequence[tuple[int, int]],
    health: Health,
    *,
    writes: bool,
) -> Markup:
    """The whole tab.

    Args:
        info: `Archive.info`.
        months: `Archive.months`.
        publishers: Of `Archive.facets`.
        lengths: `Archive.passage_lengths`.
        health: What is known of it.
        writes: Whether the index can be changed from here.
    """
    return Markup(
        '<section aria-labelledby="index-title"><h2 id="index-title">The index</h2>{}</section>'
        '<section aria-labelledby="health-title"><h2 id="health-title">Health</h2>'
        '<div data-health>{}</div></section><section aria-labelledby="plots-title">'
        '<h2 id="plots-title">What it holds</h2><div class="charts">{}</div></section>'
        '<section aria-labelledby="settings-title"><h2 id="settings-title">Settings in use</h2>{}'
        "</section>"
    ).format(
        _facts(info),
        health_told(health),
        _plots(months, publishers, lengths),
        _settings(info["settings"], writes=writes),
    )


def _facts(info: Mapping[str, Any]) -> Markup:
    built = datetime.fromisoformat(info["built_at"])
    facts = (
        ("Articles", f"{info['articles']:,}"),
        ("Passages", f"{info['passages']:,}"),
        ("Could not be read", counted(info["problems"], "problem")),
        ("On disk here", _on_disk(info["sizes"])),
        ("Last sync", Markup('<time datetime="{}">{}, {} UTC</time>').format(
            info["built_at"], words(built), f"{built:%H:%M}")),
        ("Generation", f"{info['generation']:,}"),
        ("Model", f"{info['model']}, {info['dimension']} dimensions"),
        ("Searched by", f"{info['engines']['lexical']} (words), {info['engines']['dense']} "
                        "(meaning)"),
        ("Embeds", f"{info['embedded_per_second']:,.0f} passages a second"
                   if info.get("embedded_per_second") else "not measured yet"),
        ("Lies at", Markup('<bdi class="file">{}</bdi>').format(info["index"])),
    )  # fmt: skip
    return Markup('<dl class="facts">{}</dl>').format(
        EMPTY.join(Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(*fact) for fact in facts)
    )


def _on_disk(sizes: Mapping[str, int]) -> str:
    names = {"store": "articles and embeddings", "segments": "search indexes",
             "replica": "copied articles", "staging": "what is written from here"}  # fmt: skip
    parts = [f"{_bytes(size)} {names[part]}" for part, size in sizes.items() if part in names]
    return f"{_bytes(sizes['total'])}, of it {', '.join(parts)}"


def health_told(health: Health) -> Markup:
    """What verifying found, or how far it is, with the button that starts it."""
    if health.running:
        return Markup(
            '<div class="syncing"><progress aria-label="Verifying" value="{}" max="{}"></progress>'
            '<p class="hint" role="status">Verifying {} …</p></div>'
        ).format(
            health.done,
            health.total or 1,
            f"passage {health.done:,} of {health.total:,}" if health.total else "the files",
        )
    if health.error:
        told = notice(health.error, "error")
    elif health.found is None:
        told = notice(
            "Not verified since the server was started. Verifying reads everything and changes "
            "nothing; questions are answered meanwhile."
        )
    else:
        told = _found(health.found, health.seconds)
    label = "Verify again" if health.found else "Verify now"
    return told + Markup(
        '<p class="ways"><button type="button" data-verify>{}</button></p>'
    ).format(label)


def _found(found: Verification, seconds: float) -> Markup:
    if found.ok:
        return Markup(
            '<p class="notice good" role="status"><strong>All is well.</strong> {} and {} were '
            "compared with their checksums, cut from their articles again and found in both "
            "search indexes; this took {} s.</p>"
        ).format(
            counted(found.articles, "article"), counted(found.passages, "passage"), f"{seconds:.1f}"
        )
    items = EMPTY.join(Markup("<li>{}</li>").format(problem) for problem in found.problems[:20])
    return Markup(
        '<div class="notice error" role="alert"><p><strong>{} found.</strong> To mend what can be '
        "mended from the store, run: <code>qa verify --repair</code></p><ul>{}</ul></div>"
    ).format(counted(len(found.problems), "problem"), items)


def _plots(
    months: Sequence[Count], publishers: Sequence[Count], lengths: Sequence[tuple[int, int]]
) -> Markup:
    shown: list[Markup] = []
    if months:
        title, bars = _by_month(months)
        shown.append(charts.columns("by-month", title, "articles", bars))
    if publishers:
        bars = [Bar(value, articles) for value, articles in publishers[:PUBLISHERS]]
        rest = publishers[PUBLISHERS:]
        told = _others(rest) if rest else ""
        shown.append(charts.rows("by-publisher", "Articles by publisher", bars, told))
    if lengths:
        counts = dict(lengths)
        last = max(counts)
        bars = [Bar(f"{n:,}", counts.get(n, 0)) for n in range(0, last + 1, LENGTH_STEP)]
        title = "Passages by length in characters"
        shown.append(charts.columns("by-length", title, "passages", bars))
    return EMPTY.join(shown) or notice("Nothing yet.")


def _others(rest: Sequence[Count]) -> str:
    articles = sum(number for _, number in rest)
    return f"and {counted(articles, 'article')} of {counted(len(rest), 'other publisher')}"


def _by_month(months: Sequence[Count]) -> tuple[str, list[Bar]]:
    counts = dict(months)
    year, month = (int(part) for part in months[0].value.split("-"))
    bars: list[Bar] = []
    while (label := f"{year:04}-{month:02}") <= months[-1].value and len(bars) <= MONTHS:
        bars.append(Bar(label, counts.get(label, 0)))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    if len(bars) <= MONTHS:
        return "Articles by month", bars
    years: dict[str, int] = {}
    for each in months:
        years[each.value[:4]] = years.get(each.value[:4], 0) + each.articles
    return "Articles by year", [Bar(name, n) for name, n in sorted(years.items())][-MONTHS:]


def _settings(settings: Mapping[str, Any], *, writes: bool) -> Markup:
    default = Settings()
    rows = EMPTY.join(
        Markup(
            '<tr><th scope="row"><code>{}</code><span class="hint">{}</span></th><td>{}</td>'
            "<td>{}</td><td>{}</td></tr>"
        ).format(
            name,
            SETTINGS.get(name, ("", ""))[0],
            _value(name, value),
            ""
            if value == (usual := getattr(default, name, value))
            else f"default: {_value(name, usual)}",
            SETTINGS.get(name, ("", "takes effect at the next start"))[1],
        )
        for name, value in settings.items()
    )
    how = (
        "To change one, write it into <code>qa.toml</code> in the folder where the server is "
        "started, such as <code>passage_words = 120</code>, and start the server again. If the "
        "change rebuilds the index, run <code>qa index</code> first."
    )
    return Markup(
        '<div class="scroll" tabindex="0" role="region" aria-label="Table of settings">'
        '<table class="settings"><thead><tr><th scope="col">Setting</th><th scope="col">Value</th>'
        '<th scope="col"><span class="sr-only">Default</span></th><th scope="col">A change'
        '</th></tr></thead><tbody>{}</tbody></table></div><p class="hint">{}</p>'
    ).format(rows, Markup(how) if writes else "This server is read-only.")  # noqa: S704 - ours


def _value(name: str, value: object) -> object:
    unset = "as fitted" if name == "answer_threshold" else "none"
    return unset if value in (None, "") else value


def _bytes(size: int) -> str:
    amount, units = float(size), ["bytes", "kB", "MB", "GB", "TB"]
    while amount >= 1000 and len(units) > 1:
        amount /= 1000
        units.pop(0)
    return (
        f"{amount:,.0f} {units[0]}"
        if amount >= 10 or units[0] == "bytes"
        else (f"{amount:.1f} {units[0]}")
    )
