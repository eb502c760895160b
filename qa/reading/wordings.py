"""How pages in other languages than English say who wrote and when, and what is no article."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final


def word_set(text: str) -> frozenset[str]:
    """The words of a text, which is how lists of them are written here."""
    return frozenset(text.split())


PUBLISHED: Final = (
    r"veröffentlicht(?: am)?|publicado(?: el| em)?|publiée?(?: le)?|pubblicato(?: il)?"
    r"|publiziert(?: am)?|gepubliceerd(?: op)?|publicerad"
    r"|公開日?|配信|掲載日?|发布(?:时间|于)?|發布(?:時間|於)?"
)
UPDATED: Final = (
    r"(?:zuletzt )?aktualisiert(?: am)?|stand|actualizado(?: el)?|atualizado(?: em)?"
    r"|mise? à jour(?: le)?|aggiornato(?: il)?|(?:laatst )?bijgewerkt(?: op)?|uppdaterad"
    r"|最終更新日?|更新(?:日|于|於|时间|時間)?"
)
AUTHOR: Final = (
    "autor(?:in|innen|en|a|as|es)?|auteure?s?|autore|autrice|autori|auteurs?"
    "|автор(?:ы|ка)?|بقلم|كتب|作者|記者|记者|文|筆者"
)
PUBLISHER: Final = "quelle|herausgeber|fuente|fonte|bron|källa|出典|来源|來源"
"""Labels, as alternatives of a regular expression."""

READING_TIME: Final = (
    r"\d{1,3}[ -]?min(?:ute)?s?\.? read"
    r"|(?:(?:estimated )?read(?:ing)? time|lesezeit|tiempo de lectura|tempo de leitura"
    r"|temps de lecture|tempo di lettura|leestijd|lästid)"
    r"\s*[:：]?\s*(?:ca\. |≈ ?)?\d{1,3} ?min\w*\.?"
    r"|\d{1,3} ?min\w*\.? (?:lesezeit|de (?:lectura|leitura|lecture)|di lettura|leestijd|lästid)"
)
"""How long it takes to read an article, as a whole line or a part of one."""

FURNITURE: Final = (
    r"[-–—*\[( ]*(?:anzeige|werbung|publicidad|publicité|pubblicità|publicidade|advertentie|annons"
    r"|広告|广告|廣告|реклама|reklama|reklam|إعلان|광고)[-–—*\]) ]*"
    r"|(?:artikel |artículo |article |articolo |artigo )?(?:teilen|drucken|merken|compartir"
    r"|imprimir|partager|imprimer|condividi|stampa|compartilhar|delen|dela|シェア(?:する)?|分享|打印)"
    r"|(?:lesen sie auch|mehr dazu|lea también|lee también|lire aussi|à lire aussi|leggi anche"
    r"|leia também|lees ook|läs också)\s*[:：].{0,120}"
)
CONSENT: Final = (
    r"(?:wir(?: und unsere (?:\d+ )?partner)? verwenden|nous utilisons|utilizamos|usamos"
    r"|utilizziamo|w(?:e|ij) gebruiken|vi använder) (?:[\w-]+ ){0,3}cookies\b.{0,600}"
    r"|(?:alle|nur notwendige) (?:cookies )?(?:akzeptieren|ablehnen)|alles (?:accepteren|weigeren)"
    r"|tout (?:accepter|refuser)|(?:accepter|refuser)(?: tout| les cookies)"
    r"|(?:aceptar|rechazar|aceitar|rejeitar)(?: tod[oa]s?(?: las| os)?)?(?: cookies)?"
    r"|(?:accetta|rifiuta) tutt[oi]"
)
"""What asks for consent to cookies, and the buttons below it."""

RELATED: Final = (
    r"(?:mehr zum thema|weitere (?:artikel|meldungen|nachrichten)|verwandte artikel|lesen sie auch"
    r"|das könnte sie auch interessieren|meistgelesen|noticias relacionadas|más noticias"
    r"|(?:te|le) puede interesar|lea también|lo más leído|sur le même sujet|(?:à )?lire aussi"
    r"|articles liés|les plus lus|articoli correlati|leggi anche|potrebbe interessarti"
    r"|notícias relacionadas|leia (?:mais|também)|gerelateerde artikelen|lees ook|meer nieuws"
    r"|läs också|relaterade artiklar|l[eæ]s også|relatere?de artikler|ähnliche (?:artikel|beiträge)"
    r"|artículos relacionados|artigos relacionados|articles (?:connexes|similaires|associés)"
    r"|articoli simili|похожие (?:статьи|новости)|читайте также|(?:материалы )?по теме"
    r"|читайте також|схожі (?:статті|новини)|(?:podobne|powiązane) artykuły|czytaj (?:także|też)"
    r"|související články|čtěte také|(?:ilgili|benzer) haberler"
    r"|(?:مقالات|أخبار|مواضيع) ذات صلة|اقرأ أيضا?ً?|관련 ?(?:기사|뉴스)|संबंधित (?:लेख|समाचार|खबरें)"
    r"|関連(?:記事|ニュース)|あわせて読みたい"
    r"|相关(?:阅读|新闻|文章)|相關(?:閱讀|新聞|文章))\s*[:：…»>-]*"
)
TAIL: Final = (
    r"schlagw[oö]rte?r?|stichw[oö]rte?r?|kommentare(?: \(\d+\))?|etiquetas|palabras clave"
    r"|comentarios(?: \(\d+\))?|mots-clés|commentaires(?: \(\d+\))?|commenti(?: \(\d+\))?"
    r"|palavras-chave|comentários(?: \(\d+\))?|reacties(?: \(\d+\))?|taggar|kommentarer"
    r"|комментарии(?: \(\d+\))?|теги|коментарі|komentarze(?: \(\d+\))?|tagi|komentáře|štítky"
    r"|yorumlar|etiketler|(?:ال)?تعليقات|الوسوم|댓글(?: ?\d+)?|태그|टिप्पणियाँ"
    r"|コメント|タグ|キーワード|评论|評論|标签|標籤"
)
"""Whole lines that are no part of an article, see `qa.reading.furniture`."""

BY: Final = re.compile(r"(?:von|por|par|di|door|av|af)\s+(?P<names>[^\W\d_].*)", re.IGNORECASE)
"""What stands before the names of those who wrote. Some are names too ("Von Miller"), so it is
believed only before two words, and only where a byline stands."""

_UNITS: Final = (
    (
        "sekunden? sekunder segundos? secondes? secondi secondo seconden 秒钟? 秒鐘? 초 "
        "секунд[уы]? sekund[ęy]? saniye (?:ال)?ثوان[يٍ]? ثانية ثانيتين",
        timedelta(seconds=1),
    ),
    (
        "minuten? minutos? minutes? minuti minuter min\\.? 分钟? 分鐘? 분 "
        "минут[уы]? мин\\.? хвилин[уи]? minut(?:ę|y|ami)? dakika دقائق دقيقة دقيقتين मिनट",
        timedelta(minutes=1),
    ),
    (
        "stunden? std\\.? horas? heures? or[ae] uur uren timm(?:e|ar) h 時間 小时 小時 시간 "
        "час(?:а|ов)? годин[уи]? godzin[ęy]? hodin(?:ou|ami)? saat ساعات ساعة ساعتين घंटे घंटा",
        timedelta(hours=1),
    ),
    (
        "tag(?:en?)? d[ií]as? jours? giorn[io] dag(?:en|ar)? 日 天 일 "
        "день дня дней дні днів dni dzień dny gün أيام يوم يوما يومين दिन",
        timedelta(days=1),
    ),
    (
        "wochen? semanas? semaines? settiman[ae] week weken veck(?:a|or) 週間 [周週] 星期 주 "
        "недел[юиь] тиж(?:день|ні|нів) tydzień tygodni[ae]? týdn(?:em|y) hafta أسابيع أسبوع "
        "أسبوعين",
        timedelta(weeks=1),
    ),
    (
        "monat(?:en?)? mes(?:es)? m[êe]s mois mes[ei] maand(?:en)? månad(?:er)? [かヶカケ个個]月 "
        "개월 jahr(?:en?)? a[ñn]os? ans? ann[io] jaar år 年 년 "
        "месяц(?:а|ев)? год(?:а)? лет місяц(?:ь|і|ів) рок(?:и|ів)? miesiąc[ae]? miesięcy "
        "rok(?:iem)? lata? měsíc(?:em|i) ay yıl أشهر شهر شهرين سنوات سنة سنتين",
        None,
    ),
)
_UNIT = "|".join(pattern for words, _ in _UNITS for pattern in words.split())
_ONE: Final = "ein(?:er|em|e)?|uno?|una|une|un['’]|uma?|een|ett|en"
_AGES: Final = re.compile(
    rf"(?:vor|hace|il y a|há|för)\s+(?:(?:etwa|rund|ca\.?|unos|unas|environ|cerca de)\s+)?"
    rf"(?P<count>\d{{1,3}}|{_ONE})\s*(?P<unit>{_UNIT})(?:\s+sedan)?"
    rf"|(?P<count_first>\d{{1,3}}|{_ONE})\s*(?P<unit_second>{_UNIT})\s+(?:fa|atrás|geleden|sedan)"
    rf"|(?P<digits>\d{{1,3}})\s*(?P<unit_cjk>{_UNIT})\s*(?:以?前|전)"
    rf"|(?:(?P<count_east>\d{{1,3}})\s*)?(?P<unit_east>{_UNIT})\s+(?:назад|тому|temu|önce|पहले)"
    rf"|(?:před|منذ|قبل)\s+(?:(?P<count_south>\d{{1,3}})\s*)?(?P<unit_south>{_UNIT})",
    re.IGNORECASE,
)
_STEPS: Final = tuple(
    (re.compile("|".join(words.split()), re.IGNORECASE), step) for words, step in _UNITS
)
_DUAL: Final = "ين"
"""Ends Arabic units of which there are two: "منذ ساعتين"."""

_DAYS: Final = {
    word: days
    for days, words in enumerate(
        (
            "heute hoy oggi hoje vandaag idag aujourd'hui 今日 今天 오늘 "
            "soeben zojuist たった今 刚刚 剛剛 방금 "
            "сегодня сьогодні dzisiaj dziś bugün اليوم",
            "gestern ayer ieri ontem gisteren igår 昨日 昨天 어제 "
            "вчера вчора wczoraj včera dün أمس",
            "vorgestern anteayer avant-hier anteontem eergisteren 一昨日 前天",
        )
    )
    for word in words.split()
}  # fmt: skip
"""Not "hier", which is yesterday in French and a link's "here" in German and Dutch."""


def is_age(text: str) -> bool:
    """Whether a text is an age and nothing else: "vor 2 Stunden", "hace una hora", "3時間前"."""
    return _day(text) is not None or _AGES.fullmatch(text) is not None


def age_of(text: str) -> tuple[int, timedelta] | None:
    """How many of which unit an age has; None where it names no day, as "vor einem Jahr"."""
    days = _day(text)
    if days is not None:
        return days, timedelta(days=1)
    found = _AGES.fullmatch(text)
    if found is None:
        return None
    groups = found.groupdict()
    counts = [said for name, said in groups.items() if said and not name.startswith("unit")]
    unit = next(said for name, said in groups.items() if said and name.startswith("unit"))
    count = counts[0] if counts else ""
    step = next(step for pattern, step in _STEPS if pattern.fullmatch(unit))
    alone = 2 if unit.endswith(_DUAL) else 1
    return None if step is None else (int(count) if count.isdecimal() else alone, step)


def _day(text: str) -> int | None:
    return _DAYS.get(text.lower().replace("’", "'"))
