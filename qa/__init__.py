"""article-qa: ask an archive of articles; get verbatim, verified, cited passages.

    from qa import Archive

    archive = Archive.build("corpus", "index")
    answer = archive.ask("How many people were hurt on the ferry?")

`import qa` loads no heavy library; the public names below are loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa.archive import Archive
    from qa.errors import (
        AbandonedError,
        ArticleNotFoundError,
        CitationError,
        ForbiddenError,
        IndexBusyError,
        IndexDamagedError,
        IndexMismatchError,
        IndexMissingError,
        IndexWriteError,
        InputError,
        ModelError,
        QAError,
        ReadingError,
        ServiceError,
        SyncCancelledError,
    )
    from qa.files.deletions import Deleted
    from qa.judgements import Judged, Judgement
    from qa.overviews import Count, Facets, Story
    from qa.protocols import Progress
    from qa.records import (
        Answer,
        AnswerPart,
        Article,
        Citation,
        Clue,
        Evidence,
        Explanation,
        Figures,
        Filters,
        Hit,
        Passage,
        Problem,
        Span,
        SyncPlan,
        SyncReport,
        Verification,
    )
    from qa.retriever import Retriever
    from qa.settings import Settings

__version__ = "0.1.0"

_HOME = {
    "qa.archive": ("Archive",),
    "qa.files.deletions": ("Deleted",),
    "qa.errors": (
        "AbandonedError",
        "ArticleNotFoundError",
        "CitationError",
        "ForbiddenError",
        "IndexBusyError",
        "IndexDamagedError",
        "IndexMismatchError",
        "IndexMissingError",
        "IndexWriteError",
        "InputError",
        "ModelError",
        "QAError",
        "ReadingError",
        "ServiceError",
        "SyncCancelledError",
    ),
    "qa.judgements": ("Judged", "Judgement"),
    "qa.overviews": ("Count", "Facets", "Story"),
    "qa.protocols": ("Progress",),
    "qa.records": (
        "Answer",
        "AnswerPart",
        "Article",
        "Citation",
        "Clue",
        "Evidence",
        "Explanation",
        "Figures",
        "Filters",
        "Hit",
        "Passage",
        "Problem",
        "Span",
        "SyncPlan",
        "SyncReport",
        "Verification",
    ),
    "qa.retriever": ("Retriever",),
    "qa.settings": ("Settings",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "AbandonedError",
    "Answer",
    "AnswerPart",
    "Archive",
    "Article",
    "ArticleNotFoundError",
    "Citation",
    "CitationError",
    "Clue",
    "Count",
    "Deleted",
    "Evidence",
    "Explanation",
    "Facets",
    "Figures",
    "Filters",
    "ForbiddenError",
    "Hit",
    "IndexBusyError",
    "IndexDamagedError",
    "IndexMismatchError",
    "IndexMissingError",
    "IndexWriteError",
    "InputError",
    "Judged",
    "Judgement",
    "ModelError",
    "Passage",
    "Problem",
    "Progress",
    "QAError",
    "ReadingError",
    "Retriever",
    "ServiceError",
    "Settings",
    "Span",
    "Story",
    "SyncCancelledError",
    "SyncPlan",
    "SyncReport",
    "Verification",
]


if not TYPE_CHECKING:  # a type checker that saw it would take any name for a public one

    def __getattr__(name: str) -> Any:  # noqa: ANN401 - as PEP 562 has it
        if name in _MODULE_OF:
            return getattr(import_module(_MODULE_OF[name]), name)
        raise AttributeError(f"module 'qa' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Also what is not loaded yet: it is what `help(qa)` and the Tab key go by."""
    return sorted({*globals(), *__all__})
