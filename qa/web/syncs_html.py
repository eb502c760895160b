"""A sync at work, and what became of it → HTML."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from qa.records import SyncReport
from qa.serving.syncing import SyncState
from qa.text.typography import counted
from qa.web.html import EMPTY, field, notice, sentence

_STAGES: Final = {
    "scanning": "Looking through the folder",
    "reading": "Reading the files",
    "embedding": "Preparing passages for search",
    "indexing": "Writing the index",
    "merging": "Tidying the index",
    "mirroring": "Copying to the database server",
}


def report(done: SyncReport) -> Markup:
    """What a sync did, in words."""
    sources = (("added", done.added), ("changed", done.changed), ("deleted", done.deleted))
    told = [f"{counted(len(names), 'file')} {verb}" for verb, names in sources if names]
    if done.unchanged:
        told.append(f"{counted(done.unchanged, 'file')} unchanged")
    if not any(names for _, names in sources):
        told = ["nothing to do, " + (told[0] if told else "the corpus folder is empty")]
    names = [name for _, changed in sources for name in changed]
    listed = Markup('<p class="files">{}</p>').format(
        Markup(", ").join(field(name) for name in names[:8])
        + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    )
    return Markup(
        '<div class="report" role="status"><p><strong>Index up to date.</strong> {}. It now holds '
        "{} in {}; this took {} s.</p>{}</div>"
    ).format(
        sentence(", ".join(told)),
        counted(done.articles, "article"),
        counted(done.passages, "passage"),
        f"{done.seconds:.1f}",
        listed if names else EMPTY,
    )


def sync_state(state: SyncState) -> Markup:
    """A sync at work, or what became of the last one."""
    if state.running:
        return _progress(state)
    if state.error:
        kind = "note" if state.cancelled else "error"
        again = Markup('<p class="ways"><button type="button" data-update>Go on</button></p>')
        return notice(state.error, kind) + (again if state.cancelled else EMPTY)
    return report(state.report) if state.report else EMPTY


def _progress(state: SyncState) -> Markup:
    stage = _STAGES.get(state.stage, state.stage.capitalize()) or "Starting"
    told = f"{stage}: {state.done:,} of {state.total:,}" if state.total else f"{stage} …"
    if state.rate and state.total:
        left = (state.total - state.done) / state.rate
        told += f" · {state.rate:,.0f} a second · {_about(left)}"
    bar = Markup('<progress aria-label="{}" value="{}" max="{}"></progress>').format(
        stage, state.done if state.total else 0, state.total or 1
    )
    stop = Markup('<button type="button" data-cancel{}>{}</button>').format(
        Markup(" disabled") if state.cancelled else EMPTY,
        "Stopping …" if state.cancelled else "Stop",
    )
    return Markup(
        '<div class="syncing">{}<p class="ways"><span>{}</span>{}</p><p class="hint">Questions '
        "are answered from what was indexed before, until this is done.</p></div>"
    ).format(bar, told, stop)


def _about(seconds: float) -> str:
    if seconds < 90:
        return f"about {seconds:.0f} s left"
    return f"about {seconds / 60:.0f} min left"
