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
    from qa.overviews import Count, Facets, Story
    from qa.protocols import Progress
    from qa.records import (
        Answer,
        Article,
        Citation,
        Clue,
        Evidence,
        Explanation,
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
    "qa.overviews": ("Count", "Facets", "Story"),
    "qa.protocols": ("Progress",),
    "qa.records": (
        "Answer",
        "Article",
        "Citation",
        "Clue",
        "Evidence",
        "Explanation",
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
    "Archive",
    "Article",
    "ArticleNotFoundError",
    "Citation",
    "CitationError",
    "Clue",
    "Count",
    "Evidence",
    "Explanation",
    "Facets",
    "Filters",
    "ForbiddenError",
    "Hit",
    "IndexBusyError",
    "IndexDamagedError",
    "IndexMismatchError",
    "IndexMissingError",
    "IndexWriteError",
    "InputError",
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


def __getattr__(name: str) -> Any:  # noqa: ANN401 - as PEP 562 has it
    if name in _MODULE_OF:
        return getattr(import_module(_MODULE_OF[name]), name)
    raise AttributeError(f"module 'qa' has no attribute {name!r}")
