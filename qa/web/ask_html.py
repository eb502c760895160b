"""The Ask tab before anything is asked → HTML: the box, what to begin with, lists of questions."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from qa.exports.batch import MAX_QUESTIONS, OPTIONS
from qa.web.asked import MAX_QUESTION_CHARS
from qa.web.batches import MAX_BYTES
from qa.web.html import EMPTY

_FORM = Markup(
    '<div id="ask-root"><form id="ask-form" role="search" aria-label="Ask the archive">'
    '<label class="sr-only" for="question-box">Question</label>'
    '<div id="question"><input id="question-box" type="text" name="q" data-longest="{length}" '
    'placeholder="Ask in plain words" autocomplete="off" enterkeyhint="search" autofocus '
    'aria-keyshortcuts="/"><kbd aria-hidden="true">/</kbd></div>'
    '<button type="submit" id="ask-now">Ask</button></form>'
    '<p class="sr-only" role="status" id="told"></p>'
    '<div class="columns"><button type="button" class="skip" data-skip>Skip the filters</button>'
    '<details id="narrow-drawer"><summary>Filters<span id="set"></span>'
    '</summary><aside id="narrow" aria-label="Narrow the search">{narrow}</aside></details>'
    '<div id="found"><div id="result" tabindex="-1">{home}</div>{batch}</div></div></div>'
)


def form(home: Markup, narrow: Markup) -> Markup:
    """The tab.

    Args:
        home: What stands where the answer will.
        narrow: What can be filtered by.
    """
    return _FORM.format(length=MAX_QUESTION_CHARS, home=home, narrow=narrow, batch=_batch())


def home(examples: Sequence[str], promise: Markup) -> Markup:
    """Questions to begin with; the recent ones are put in by the browser, which keeps them."""
    listed = EMPTY.join(
        Markup('<li><button type="button" data-ask="{0}"><bdi>{0}</bdi></button></li>').format(text)
        for text in examples
    )
    return Markup(
        '<div class="welcome">{}<div class="begin"><section aria-labelledby="examples-head">'
        '<h2 id="examples-head">Try</h2><ul class="plain questions" id="examples">{}</ul></section>'
        '<section id="recent" aria-labelledby="recent-head" hidden><h2 id="recent-head">Recent'
        '</h2><ul class="plain questions"></ul><button type="button" class="quiet" '
        "data-forget>Forget these</button></section></div></div>"
    ).format(promise, listed)


def empty_archive() -> Markup:
    """What to do where there is nothing to ask."""
    return Markup(
        '<div class="welcome"><h2>The archive is empty</h2><p>Add articles in the tab '
        "<strong>Articles</strong>: saved web pages, PDF, Word, text, mail and other files. You "
        "can ask about them as soon as they are added.</p></div>"
    )


def _batch() -> Markup:
    columns = Markup(", ").join(Markup("<code>{}</code>").format(name) for name in OPTIONS)
    return Markup(
        '<details id="batch"><summary>Ask a list of questions</summary><p class="hint">A CSV file '
        "with one question a line, up to {} at a time. To restrict single questions, head their "
        "column <code>question</code> and add any of the columns {}. You get an evidence pack: a "
        "ZIP file with the quotes, where each stands in its article, and links.</p>"
        '<label class="file">List of questions<input type="file" id="batch-file" '
        'data-max-bytes="{}" accept=".csv,.tsv,.txt,text/csv,text/plain"></label>'
        '<div id="batch-state"></div></details>'
    ).format(f"{MAX_QUESTIONS:,}", columns, MAX_BYTES)
