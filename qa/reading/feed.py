"""RSS and Atom files: one article an entry."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, Final

from qa.errors import ReadingError
from qa.reading.aliases import author_of
from qa.reading.cleaning import clean_line, split_lines
from qa.reading.content import Content
from qa.reading.dates import from_timestamp, parse_date
from qa.reading.decoding import check_text
from qa.reading.draft import Draft, Failure, Found, Part
from qa.reading.markup import text_of_markup, without_markup
from qa.reading.single import fill_body
from qa.reading.wordings import word_set

_BETWEEN: Final = re.compile(r"\s*[|·•»>]\s*|\s+[—–-]\s+|:\s+")
_OF_FEEDS: Final = (
    "rss feed feeds atom latest new news headlines top stories story breaking all articles posts "
    "full text home homepage front page main current updates world international national local "
    "politics business economy sport sports technology tech science health culture arts opinion "
    "lifestyle entertainment aktuell aktuelle nachrichten startseite noticias actualités últimas "
    "la une and the of uk us"
)
"""Parts of a feed's title of only these words say what of the paper it brings."""

_UNPUBLISHED: Final = word_set("draft auto-draft pending future private trash")
_NO_ARTICLES: Final = word_set(
    "attachment nav_menu_item revision custom_css customize_changeset oembed_cache user_request "
    "wp_block wp_template wp_template_part wp_global_styles wp_navigation wp_font_family "
    "wp_font_face template settings comment"
)
"""What a weblog's export holds besides articles, as WordPress and Blogger call it."""

_BLOGGER_KIND: Final = re.compile(r"http://schemas\.google\.com/blogger/2008/kind#(\w+)")
_SHORTCODE: Final = re.compile(
    r"\[/?(?:caption|gallery|embed|audio|video|playlist)\b[^\[\]]{0,999}\]"
)


def read(content: Content) -> Iterator[Part]:
    """Read a feed that was saved to a file.

    Yields:
        An article or a failure for each entry.

    Raises:
        ReadingError: If it is no feed.
    """
    import feedparser

    data = content.data()
    check_text(data)
    # Not as bytes: those it would take for an address or the name of a file.
    parsed = feedparser.parse(BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    if not parsed.entries:
        if not parsed.version:
            raise ReadingError("no RSS or Atom feed; of XML files, only feeds are read")
        raise ReadingError("a feed without entries")
    for entry in parsed.entries:
        if _kind(entry) in _NO_ARTICLES:
            continue
        yield _article(entry, parsed.feed, parsed.version)
    if parsed.bozo and not isinstance(parsed.bozo_exception, feedparser.CharacterEncodingOverride):
        reason = clean_line(str(parsed.bozo_exception))[:120]
        yield Failure(f"a broken feed ({reason}); what could be read of it was")


def _article(entry: Mapping[str, Any], feed: Mapping[str, Any], version: str) -> Part:
    texts = [each.get("value", "") for each in entry.get("content", [])]
    text = max([*texts, entry.get("summary", "")], key=len)
    title = clean_line(text_of_markup(entry.get("title", "")))
    if (status := _status(entry)) in _UNPUBLISHED:
        return Failure(f"the entry {title[:60]!r} was not published ({status}); left out")
    if "wp_post_type" in entry:
        text = _SHORTCODE.sub(" ", text)
    if not text.strip():
        return Failure(f"no text in the entry {title[:60]!r}")
    source = entry.get("source") or {}
    link = entry.get("link") or ""
    published, updated = _moment(entry, "published"), _moment(entry, "updated")
    if version.startswith("rss") and "published" not in entry:
        published, updated = updated, None  # a dc:date, which feedparser calls "updated"
    draft = Draft(dated_by_name=False)
    draft.take(
        Found(
            title=title or None,
            publisher=paper_of_feed(source.get("title") or feed.get("title")),
            author=_author(entry),
            published_at=published,
            updated_at=updated,
            url=link if link.startswith(("http://", "https://")) else None,
            language=feed.get("language") or None,
        ),
        "feed",
    )
    fill_body(split_lines(without_markup(text)), draft, "feed")
    if draft.found.published_at is None and draft.found.updated_at is not None:
        # Atom demands the time of change only; it is not the day of publication.
        draft.notes.append("the entry tells when it was changed, not when it was published")
    told = entry.get("published") if "published" in entry else None
    if isinstance(told, str) and told.strip() and draft.found.published_at is None:
        draft.notes.append(f"date not understood: {clean_line(told)[:60]!r}, kept without a date")
    return draft


def _kind(entry: Mapping[str, Any]) -> str:
    """What an entry of a weblog's export is: "post", "attachment"; "" in other feeds."""
    terms = (each.get("term") or "" for each in entry.get("tags", []))
    kinds = (kind[1] for term in terms if (kind := _BLOGGER_KIND.fullmatch(term)))
    said = entry.get("wp_post_type") or entry.get("blogger_type") or next(kinds, "")
    return str(said).strip().lower()


def _status(entry: Mapping[str, Any]) -> str:
    is_draft = str(entry.get("app_draft") or "").strip().lower() == "yes"
    said = entry.get("wp_status") or entry.get("blogger_status") or ("draft" if is_draft else "")
    return str(said).strip().lower()


def _author(entry: Mapping[str, Any]) -> str | None:
    # RSS wants "ida@star.example (Ida Holm)"; feedparser cuts addresses of long domains in two.
    lone = re.fullmatch(r"\S+@\S+\s*\((.*)\)", str(entry.get("author") or "").strip())
    if lone is not None:
        return author_of({"name": lone[1]})
    return author_of([{"name": each.get("name")} for each in entry.get("authors", [])])


def paper_of_feed(title: object) -> str | None:
    """A feed's title without what the feed is: of "Harbour Star - Latest news" the name is left."""
    whole = clean_line(text_of_markup(title)) if isinstance(title, str) else ""
    of_feeds = set(_OF_FEEDS.split())
    kept = [part for part in _BETWEEN.split(whole) if not of_feeds.issuperset(_words(part))]
    return kept[0] if len(kept) == 1 else whole or None


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _moment(entry: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - datetime or None
    # feedparser answers for "published" with "updated" and the other way round: `in` does not.
    if name not in entry:
        return None
    moment = parse_date(entry[name])
    parsed = entry.get(f"{name}_parsed")
    return moment or (from_timestamp(calendar.timegm(parsed)) if parsed else None)
