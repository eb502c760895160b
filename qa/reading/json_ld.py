"""JSON-LD in a page: what the publisher tells search engines about the article."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence

from qa.addresses import address_key
from qa.reading.aliases import agency_of, as_text, author_of, moment_of, name_of
from qa.reading.draft import Found, same_words

_TYPES = re.compile(r"(?:\w*Article|BlogPosting|LiveBlogPosting|Report|SocialMediaPosting)")
_WRAPPER = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*;?\s*$"
)
_MAX_NODES = 2000  # a page's article is among the first; a crafted page may nest for ever

_PAGE = re.compile(r"\w*WebPage|ItemPage")
_TRAILING_COMMA = re.compile(r",(?=\s*[\]}])")
_STRING = r'"(?P<value>(?:[^"\\\n]|\\.)*)"\s*(?=[,}\]\n])'
_TYPE = re.compile(rf'"@type"\s*:\s*(?:\[\s*)?{_STRING}')
_FIELD = re.compile(rf'"(?P<name>headline|datePublished|dateModified|author)"\s*:\s*{_STRING}')
_NAMED = re.compile(
    rf'"(?P<name>author|publisher)"\s*:\s*\{{[^{{}}]{{0,200}}?"name"\s*:\s*{_STRING}'
)
_SOFTWARE = frozenset(["blogger", "blogspot", "wordpress"])
"""What systems write for a publisher where they know of none."""

Node = Mapping[str, object]


def article_in(
    scripts: Sequence[str], address: str | None = None, titles: Sequence[str] = ()
) -> tuple[Found, str | None]:
    """The article that a page's JSON-LD scripts describe.

    Returns:
        Its fields, and its body if the script holds one; empty where there is no article.
    """
    nodes = [node for script in scripts for node in _nodes(_parse(script))]
    articles = [node for node in nodes if _is_article(node)]
    if not articles:
        return _of_page(nodes, address), None
    # The first that has a headline: a list of teasers may follow.
    # But the page's own comes first, where its address or its headline tells it.
    named = [node for node in articles if as_text(node.get("headline"))] or articles
    own = [node for node in named if address and address_key(address) in _addresses(node)]
    own += [n for n in named if any(same_words(_text(n.get("headline")) or "", t) for t in titles)]
    article = (own or named)[0]
    by_id = {str(node["@id"]): node for node in nodes if "@id" in node and len(node) > 1}
    page = article.get("mainEntityOfPage")
    authors = _resolved(article.get("author"), by_id)
    found = Found(
        title=_text(article.get("headline")) or _text(article.get("name")),
        publisher=_publisher(_text(_resolved(article.get("publisher"), by_id))),
        author=author_of(authors),
        agency=agency_of(authors),
        published_at=moment_of(article.get("datePublished")),
        updated_at=moment_of(article.get("dateModified")),
        url=_address(article.get("url")) or _address(page),
        language=_language(article.get("inLanguage")),
    )
    body = article.get("articleBody")
    return found, html.unescape(body) if isinstance(body, str) else None


def _of_page(nodes: Sequence[Node], address: str | None) -> Found:
    """The days of a page that says it is a page and no article, as Yoast has it of many."""
    pages = [node for node in nodes if _is_of(node, _PAGE) and "datePublished" in node]
    own = [node for node in pages if address and address_key(address) in _addresses(node)]
    page = next(iter(own or pages), None)
    if page is None or (len(pages) > 1 and not own):
        return Found()
    return Found(
        published_at=moment_of(page.get("datePublished")),
        updated_at=moment_of(page.get("dateModified")),
        language=_language(page.get("inLanguage")),
    )


def _publisher(name: str | None) -> str | None:
    return None if name and name.casefold() in _SOFTWARE else name


def _parse(script: str) -> object:
    text = _WRAPPER.sub("", script).strip()
    decoder = json.JSONDecoder(strict=False)
    for each in (text, _TRAILING_COMMA.sub("", text)):
        try:
            return decoder.raw_decode(each)[0]  # a bracket too many may follow
        except (ValueError, RecursionError):
            continue
    return _legible(text)


def _legible(script: str) -> Node | None:
    """What can be read of an article in a broken script: a quotation mark too many breaks one."""
    first = _TYPE.search(script)
    if first is None or not _is_article({"@type": first["value"]}):
        return None
    node: dict[str, object] = {"@type": first["value"]}
    for pattern in (_FIELD, _NAMED):
        for found in pattern.finditer(script):
            node.setdefault(found["name"], _unquoted(found["value"]))
    return node


def _unquoted(value: str) -> str:
    """A string's content with its escapes read; some scripts have others than those of JSON."""
    try:
        return str(json.loads(f'"{value}"', strict=False))
    except ValueError:
        return value.replace('\\"', '"').replace("\\/", "/")


def _nodes(value: object) -> Iterator[Node]:
    """All objects that may be the article: lists, graphs and main entities are opened."""
    waiting, seen = [value], 0
    while waiting and seen < _MAX_NODES:
        each = waiting.pop(0)
        seen += 1
        if isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, dict):
            yield each
            waiting.extend(each[key] for key in ("@graph", "mainEntity") if key in each)
            page = each.get("mainEntityOfPage")
            if isinstance(page, dict) and len(page) > 1:
                waiting.append(page)


def _addresses(node: Node) -> set[str | None]:
    given = (_address(node.get(key)) for key in ("url", "mainEntityOfPage", "@id"))
    return {address_key(each) for each in given if each}


def _is_article(node: Node) -> bool:
    return _is_of(node, _TYPES)


def _is_of(node: Node, types: re.Pattern[str]) -> bool:
    kinds = node.get("@type")
    return any(
        isinstance(kind, str) and types.fullmatch(kind.rsplit("/", 1)[-1])
        for kind in (kinds if isinstance(kinds, list) else [kinds])
    )


def _resolved(value: object, by_id: Mapping[str, Node]) -> object:
    """The name or names, unescaped; {"@id": …} is followed to the object of that name."""
    if isinstance(value, list):
        inner = [_resolved(item, by_id) for item in value if not isinstance(item, list)]
        return [each for item in inner for each in (item if isinstance(item, list) else [item])]
    if not isinstance(value, dict):
        return _text(value)
    if "name" not in value and "@id" in value:
        value = by_id.get(str(value["@id"]), {})
    if isinstance(names := value.get("name"), list):  # several people, in one object
        return [{"name": _text(name)} for name in names if isinstance(name, str)]
    # Without one it is only an address, no name; with one, an object, which is one person.
    return {"name": _unescaped(name_of(value))} if set(value) - {"@id", "@type"} else None


def _text(value: object) -> str | None:
    return _unescaped(as_text(value))


def _unescaped(text: str | None) -> str | None:
    return html.unescape(text) if text else None


def _address(value: object) -> str | None:
    text = as_text(value)
    return text if text and text.startswith(("http://", "https://")) else None


def _language(value: object) -> str | None:
    if isinstance(value, dict):
        value = value.get("alternateName") or value.get("name")
    text = as_text(value)
    return text if text and re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", text) else None
