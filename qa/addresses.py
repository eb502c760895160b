"""Addresses of articles: which of them name the same page."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

_TRACKING: Final = re.compile(
    r"utm_.*|mtm_.*|pk_.*|hsa_.*|at_.*|ns_.*|mc_[ce]id|[a-z]{0,3}clid|clickid|igshid|igsh|msockid|"
    r"_ga|_gl|_hs(?:enc|mi)|mkt_tok|cmp|cmpid|icid|cid|ref|ref_src|referrer|sh|share|smid|smtyp|"
    r"spm|sr_share|source|src|taid|tpcc|via|wt_.*|xtor|amp|outputtype|giftcopy|unlocked_article_code",
    re.IGNORECASE,
)
"""Parameters that say how a reader came to a page, not which page it is."""

_INDEX: Final = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)


def address_key(url: str | None) -> str | None:
    """What an article's address is compared by.

    http and https, "www.", letter case of the host, default ports, fragments, tracking parameters,
    the order of the others, "index.html" and a slash at the end make no difference.

    Returns:
        The key; None where the address names no article: none at all, or a site's front page.
    """
    try:
        parts: SplitResult = urlsplit((url or "").strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host:
        return None
    host = re.sub(r"^www\d?\.", "", host)
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    path = quote(unquote(_INDEX.sub("/", parts.path)), safe="/:@!$&'()*+,;=~-._").rstrip("/")
    asked = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode(sorted(pair for pair in asked if not _TRACKING.fullmatch(pair[0])))
    if not path and not query:
        return None
    return f"{host}{path}?{query}" if query else f"{host}{path}"
