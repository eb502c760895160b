"""What a page says besides its article: share buttons, comment boxes, promos, footers.

To lose a sentence is worse than to keep a button, so the rules look at whole lines, most of them
only at the end of a body, and never at words inside a sentence.
"""

from __future__ import annotations

import re

from qa.reading import wordings

_MAX_FURNITURE_CHARS = 160
_MAX_TAIL_CHARS = 80

_NETWORK = (
    r"(?:facebook|twitter|x|x \(formerly twitter\)|linkedin|whatsapp|instagram|telegram|reddit|"
    r"pinterest|threads|bluesky|mastodon|tiktok|youtube|email|e-mail|print|copy(?: the)? link|"
    r"copy url|messenger|flipboard|share|tweet|save|bookmark|more)"
)
_ANYWHERE = re.compile(
    "|".join(
        (
            r"[-–—*\[( ]*(?:advertisement|advertising|sponsored(?: content)?|promoted)"
            r"(?:\s*[-–—:]\s*(?:scroll|story|article|continue).*)?[-–—*\]) ]*",
            r"(?:story|article|text) continues? (?:below|after).*",
            r"(?:scroll (?:down )?to|tap to) (?:continue|read).*",
            r"continue reading(?: below)?\W*",
            r"share(?: (?:this|the|our) (?:article|story|post|page|news|link|video)\b.{0,40})?\W*",
            rf"(?:share|post|send) (?:this )?(?:on|via|by|to) {_NETWORK}(?:[\s,|/·•]+{_NETWORK})*",
            rf"{_NETWORK}(?:[\s,|/·•]+{_NETWORK})*",
            r"(?:sign up|subscribe|register|log in|sign in|join)(?: (?:now|here|today))?[!.:]*",
            r"(?:sign up|subscribe|register)\b.{0,40}\b(?:newsletters?|inbox|alerts|channel|"
            r"podcast|e-?mail (?:updates|list))\b.{0,60}",
            r"(?:get|receive)\b.{0,60}\b(?:in|to) (?:your|our) (?:inbox|newsletters?)\b.{0,80}",
            r"subscribe to (?:our|the|us|read|continue|keep|unlock)\b.{0,80}",
            r"(?:log in|sign in|register) to (?:comment|continue|read|reply)\b.{0,60}",
            r"follow (?:us|me|him|her|them|@\w+)\b.{0,10}\bon\b.{0,120}",
            r"follow [^.]{1,60} on (?:facebook|twitter|x|linkedin|instagram|bluesky)\b.{0,60}",
            r"(?:read|see|watch|listen|hear) (?:also|more|next|this|on)\s*:.{0,120}",
            r"\[?(?:also read|also see|see also|read also|read more|more"
            r"|related(?: (?:post|article|story|stories|video|link|reading)s?)?)\s*:.{0,120}",
            r"(?-i:DON['’]T MISS)\W*",
            r".{10,140}(?-i:\[(?:ANALYSIS|COMMENT|EXCLUSIVE|INSIGHT|INTERVIEW|LATEST|MAP|NEWS"
            r"|OPINION|PICTURES|POLL|REACTION|REPORT|REVEAL(?:ED)?|UPDATE|VIDEO|WARNING)\])\W*",
            r"read more|read also|also read|related (?:articles|stories|posts)|you may also like"
            r"|recommended for you",
            r"(?:read|view|see|open) (?:the )?(?:full|whole|original|entire) (?:article|story|text)"
            r"(?: (?:on|at) .{1,40})?\W*",
            r"download (?:it )?(?:on|from) (?:the )?app store|get it on google play",
            r"click (?:here|on the link)\b.{0,20}\b(?:to|for)\b.{0,30}\b(?:read|subscribe|sign|"
            r"download|view|see|learn|more|watch|join|register|get|buy|support|donate)\b.{0,60}",
            r"(?:©|\(c\)\s|copyright\s*(?:©|\(c\)|\d{4})).{0,140}",
            # Not "Copyright Act of 1976 …", "Copyright Office staff said in March 2023 that …".
            r"copyright (?-i:[A-Z][^\s.!?]*(?: (?:of|the|and|[A-Z&][^\s.!?]*)){0,5}(?<! of) \d{4}\b"
            r"(?! [a-z])).{0,140}",
            r"all rights reserved\W*.{0,40}",
            r"(?:#[^\W\d]\w*[\s,;·|]*)+",
            r"(?:tags?|topics|filed under)\s*:.{1,120}",
            r"(?:no|\d+) comments?(?: yet)?\W*",
            r"(?:leave|post|add|write|view|show|load|read) (?:a |all |the |your |more |\d+ )?"
            r"(?:comments?|reply)\W*(?:\(\d+\))?",
            r"reporting from (?-i:[A-Z])[^.!?:]{1,60}",
            r"be the first to comment.{0,40}",
            r"join the (?:conversation|discussion)\W*",
            wordings.READING_TIME,
            r"download (?:(?:the|our) (?:[\w'’]+ ){0,3}app(?: (?:now|here|today|for free))?\W*"
            r"|our (?:[\w'’]+ ){0,3}app\b[^,]{0,40})",
            r"stay (?:up[ -]to[ -]date|informed|connected|in the know)"
            r"(?: (?:with|on|about) (?:our|the latest|all)\b[^,]{0,40}"
            r"\b(?:news|headlines|stories|updates|newsletters?|alerts)\b[^,]{0,20})?\W*",
            r"listen to this (?:article|story).{0,30}",
            r"(?:loading|skip to (?:main )?(?:content|navigation|footer|search)|back to top"
            r"|report an error|print this page)\W*",
            r"(?:accept|reject|allow|decline|deny|manage) (?:all|cookies|(?:only )?necessary"
            r"|essential|optional|(?:my )?(?:preferences|settings|options|choices))(?: cookies)?"
            r"|(?:accept|agree) (?:&|and) (?:close|continue)",
            r"we (?:value|respect|care about) your privacy\W*",
            # Not "Picture: 55-inch OLED", nor "Image: how a company sees itself".
            r"(?:photo(?:graph)?|image|picture|pic|foto|crédit photo|写真)\s?[:：/] ?"
            r"(?=(?-i:[^a-z\s])|courtesy\b|via\b|supplied\b|handout\b|private?\b)[^.!?\d]{2,80}",
            r"(?:photo(?:graph)?|image|picture)s? (?:credits?|source|by|courtesy(?: of)?)"
            r"\s?[:：] ?[^.!?]{2,80}",
            r"image (?:source|caption)\s?,.{1,150}",
            r"\(?(?:[^\W\d_][\w.'’ -]{1,40}(?: ?[/|] ?| via ))?(?:ap photo|afp via getty"
            r"(?: images)?|getty images|shutterstock|istock(?:photo)?|alamy(?: stock photo)?)"
            r"(?: ?/ ?[\w.'’ -]{2,40}){0,2}\)?"
            r"|\(?(?:reuters|afp|epa|ap)/"
            r"(?-i:[A-Z][\w'’-]+(?:[ /](?:[A-Z]\.|[A-Z][\w'’-]*)){0,3})\)?",
            # Of players; not "Duration: 2:15" of a film, nor the hours "19:30 / 21:00".
            r"(?:current time|remaining time|loaded:)\W{0,3}[\d:.]+\s?%?|duration \d+:[\d:]+"
            r"|00?:\d{2} ?/ ?\d{1,2}:\d{2}|video player is loading\W*|[/|•·>»]{1,3}",
            r"(?:add|choose|set|make) (?:us|(?-i:[A-Z])[^,]{1,60}) as (?:a|your) preferred"
            r" (?:news )?source(?: (?:on|in|to|for)\b[^,]{0,80})?\W*",
            # Not "This article first appeared in Nature and was withdrawn."
            r"this (?:article|story) (?:originally|first) appeared (?:on|in|at) (?:the )?"
            r"(?-i:[A-Z0-9][\w.'’&-]*(?: (?:(?:the|of|and|for|de) )?[A-Z0-9][\w.'’&-]*){0,6})"
            r"(?: and (?:is|was|has been) re(?:published|printed|posted|produced)\b.{0,80}"
            r"|:.{0,120})?",
            r"you(?: a|['’])re receiving this (?:e-?mail|message|newsletter) because you"
            r"(?:['’](?:re|ve)| are| have| signed| opted| subscribed| registered| asked)\b.{0,120}",
            r"view (?:this (?:e-?mail|newsletter) )?in (?:your |a )?(?:web ?)?browser\W*",
            r"(?:enjoy(?:ing|ed)?|lik(?:e|ing)|lov(?:e|ing)) (?:this|our) (?:\w+ ){0,2}"
            r"(?:articles?|stor(?:y|ies)|posts?|content|coverage|journalism|newsletters?|podcasts?"
            r"|reporting|(?:web)?site|work)\?.{0,60}"
            r"\b(?:support|subscribe|sign up|share)\b.{0,60}",
            r"support (?:our|independent|quality|local|free) journalism"
            r"(?:[.!:]? (?:today|now|from|for (?:as|just|only)|subscribe|donate|become)\b"
            r"[^,]{0,80})?\W*",
            r"get (?:our|the|all|your)\b[^.!?]{0,60}\bnewsletters?\b[^.!?]{0,100}[.!:–—-] ?"
            r"(?:sign up|subscribe)\b.{0,20}",
            r"the post .{1,120} (?:appeared first|first appeared) on .{1,60}",
            r"load-date\s*:.{1,40}",
            wordings.FURNITURE,
        )
    ),
    re.IGNORECASE,
)
_ASKED = (
    r"\b(?:website|site|devices?|consent|ads|advertising|privacy|traffic|cookies|information"
    r"|personal data|your experience)\b"
)
_CONSENT = re.compile(
    r"(?:we|(?:this|our) (?:web)?site)(?: and our (?:\d+ )?(?:\w+ )?partners)? (?:uses?"
    rf" cookies\b|(?:uses?|stores?) (?:[\w-]+ ){{0,3}}cookies\b(?=.*{_ASKED})).{{0,600}}"
    rf"|we and our (?:\d+ )?(?:\w+ )?partners (?:store|process)\b(?=.*{_ASKED}).{{0,600}}"
    rf"|{wordings.CONSENT}",
    re.IGNORECASE,
)
"""What a page asks before it is read: paragraphs that are longer than other furniture."""

END_OF_DOCUMENT = "End of Document"
"""The line below each article of a file from LexisNexis, which may hold several."""

_RELATED = re.compile(
    r"(?:(?:related|recommended|similar|more|other|further|latest|top|trending|popular|recent)"
    r" (?:\w+ )?(?:articles?|stories|story|news|posts?|reads?|reading|coverage|headlines|content)"
    r"|more (?:from|on|like|in|by) .{1,40}|more for you"
    r"|you (?:may|might) (?:also )?(?:like|enjoy|be interested in)"
    r"|read (?:more|next|also|on)|recommended(?: for you)?|related"
    r"|most read in .{1,40}|full coverage|up next|what to read next|see also|also read|keep reading"
    r"|most (?:read|popular|viewed)"
    r"|(?:more )?from (?:around )?the web|don['’]t miss|editors?['’]?s? picks?)\s*[:….»>-]*"
    rf"|{wordings.RELATED}",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"hash ?tags?:?.{0,80}|tags?|tags?\s*:.{0,120}|(?:topics|keywords|filed under|categories)"
    r"(?:\s*:.{0,120})?|comments?(?: \(\d+\)|:)?|\d+ comments?|no comments?.{0,20}"
    r"|(?:related|more|explore more on these) topics"
    r"|try our (?:ai )?(?:features|tools|app|assistant)\b.{0,20}"
    r"|explore what .{1,40} can do for you\W*|share your (?:thoughts|opinion|feedback)\b.{0,40}"
    r"|(?:ask|chat with) (?:our )?ai\b.{0,30}|what do you think\?"
    r"|tell us what you think\W*|was this article helpful\?"
    rf"|{wordings.TAIL}",
    re.IGNORECASE,
)
_MENU = wordings.word_set(
    "home news sport sports weather business opinion comment culture arts lifestyle life style "
    "world uk us politics tech technology science health travel video videos live podcasts "
    "money food games puzzles jobs obituaries local national regional international menu search "
    "more sections e-paper epaper account newsletters shop about contact privacy terms cookies "
    "advertise careers help accessibility archive archives unsubscribe subscribe register"
) | frozenset(
    (
        "my account", "log in", "sign in", "sign up", "about us", "contact us", "privacy policy",
        "privacy notice", "terms of use", "terms of service", "terms and conditions", "terms & "
        "conditions", "cookie policy", "cookie settings", "advertise with us", "work with us",
        "view in browser", "view in your browser", "manage preferences", "manage your preferences",
        "all topics", "top stories", "terms and privacy policy", "privacy dashboard",
        "privacy settings", "your privacy choices", "your ad choices", "about our ads",
    )
)  # fmt: skip
"""What the lines of a site's menu and of its foot say, each for itself or between strokes."""
_BETWEEN_ITEMS = re.compile(r"\s*[|·•/]\s*")
_ARTICLES_BY = re.compile(
    r"(?:find|read|see|view)\b(?: (?:all|more|other))*(?: of)? (?P<name>.{2,60}?)['’]s?"
    r" (?:other |latest )?(?:articles|stories|work|columns|posts|pieces)"
    r"(?: (?:on|at|in|for|from) (?P<publisher>[^.]{2,60}?))?\s*(?:\.(?:\s.*)?|$)",
    re.IGNORECASE,
)

_NEWS_PROMO = (
    r"(?:the|our|all the) (?:latest|biggest|best|top|day['’]s|week['’]s)\b[^.!?]*\b"
    r"(?:news|headlines|stories|updates|look ?ahead)\b|\byour inbox\b|\bnewsletter\b"
    r"|\bdelivered (?:daily|weekly)\b"
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|said|says|say|will|would|did|does|do|can|could|"
    r"should|may|might|must|came|comes|went|made|took|got)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])(\s+)(?=\S)")
_NAMED_PROMO = re.compile(
    r"(?:[A-Z][\w'’&-]*\s+){1,5}(?=(?:The|Our|Your|All)\s)(?P<pitch>[^.!?\"“”]{10,150})[.!]"
)
_PITCH = re.compile(_NEWS_PROMO, re.IGNORECASE)
_INVITATION = re.compile(
    r"(?:Sign up|Subscribe|Register)\b[^.!?\"“”]{0,80}\b(?:our|your)\b[^.!?\"“”]{0,60}"
    r"\b(?:newsletters?|inbox|alerts)\b[^.!?\"“”]{0,60}[.!]"
)
_RUN_IN_AUTHOR = re.compile(
    r"(?P<body>.*[.!?…][\"'”’)\]]*)\s+"
    r"(?P<line>(?:Authors?|Autor(?:in|a|e|es)?|Autrice|Auteure?s?) ?: "
    r"(?:[^.!?:]|\b\w\.|\b[JS]r\.){2,80})"
    r"(?:\s+(?P<more>(?:Find|Read|See) .{2,60}['’]s? (?:articles|stories|work)\b.*))?",
    re.DOTALL,
)


def is_furniture(line: str) -> bool:
    """Whether a whole line is furniture wherever it stands."""
    if line == END_OF_DOCUMENT:
        return True
    if _CONSENT.fullmatch(line):
        return True
    return len(line) <= _MAX_FURNITURE_CHARS and bool(_ANYWHERE.fullmatch(line))


def is_related_heading(line: str) -> bool:
    """Whether a line can head a list of other articles: "Related Articles", "More from X"."""
    return len(line) <= _MAX_TAIL_CHARS and bool(_RELATED.fullmatch(line))


def is_tail_marker(line: str) -> bool:
    """Whether a line, at the end of an article, begins what is no longer the article."""
    return is_related_heading(line) or bool(_TAIL.fullmatch(line))


def menu_items(line: str) -> int:
    """How many items of a site's menu or foot a line consists of: "Home | News"; 0 if of others."""
    items = [item for item in _BETWEEN_ITEMS.split(line.casefold()) if item]
    return len(items) if items and all(item in _MENU for item in items) else 0


def articles_by(line: str) -> tuple[str, str | None] | None:
    """The author and publisher in "Find X's articles on PUBLISHER . Follow her on X"."""
    found = _ARTICLES_BY.fullmatch(line)
    return (found["name"], found["publisher"]) if found else None


def could_close_a_page(line: str) -> bool:
    """Whether a line is short enough, and no sentence, to stand among a page's tail."""
    return len(line) <= _MAX_TAIL_CHARS and not re.search(r"\w{2}[.!?][\"'”’)]*$", line)


def without_promos(line: str) -> str:
    """Drop the newsletter promos that run into a line of prose.

    A promo is a sentence of its own that is built like none in prose: a name in capitals, then a
    capitalised article, no verb, and a newsletter's pitch ("Monday Mornings The latest local
    business news and a lookahead to the coming week."); or an invitation to subscribe.
    """
    pieces = _SENTENCE.split(line)
    kept = [piece for piece in pieces[::2] if not _is_promo(piece)]
    # Where nothing goes, nothing changes, not even the spacing.
    return line if len(kept) == len(pieces[::2]) else " ".join(kept)


def split_run_in_author(line: str) -> tuple[str, list[str]]:
    """Part a paragraph from the author line that runs into its end; no lines if there is none."""
    found = _RUN_IN_AUTHOR.fullmatch(line)
    if found is None:
        return line, []
    return found["body"], [part for part in (found["line"], found["more"]) if part]


def _is_promo(sentence: str) -> bool:
    if _INVITATION.fullmatch(sentence):
        return True
    named = _NAMED_PROMO.fullmatch(sentence)
    return bool(named and _PITCH.search(named["pitch"]) and not _VERB.search(named["pitch"]))
