"""The type of what a question asks for, by its words, and what of it a sentence offers.

Li, Roth, "Learning Question Classifiers" (COLING 2002), cut down to the types whose presence in a
sentence can be told by rule. Of each language there are two tables: how it asks for each type, and
how it writes what answers. The first is of the question's language, the second of the article's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

from qa.text.analysis import fold
from qa.text.calendar_names import day_words
from qa.text.stemming import ENGLISH

AnswerType = Literal["number", "date", "name", "reason", "other"]


class Rules(NamedTuple):
    """A language's.

    Attributes:
        asks: How it asks for a type, tried in order; the first that matches decides. A question
            word in the middle of a clause ("what was he wearing when he arrived") asks nothing, so
            position counts.
        offers: How it writes what answers.
    """

    asks: Sequence[tuple[AnswerType, re.Pattern[str]]]
    offers: Mapping[AnswerType, re.Pattern[str]]


def answer_type(question: str, languages: Sequence[str]) -> AnswerType:
    """What would answer a question.

    Args:
        question: As asked.
        languages: Those it may be in, the likeliest first.
    """
    lowered = question.lower()
    # As people type it: without accents; articles elided before a word stand by themselves.
    folded = fold(question).replace("’", "'").replace("'", "' ")
    for language in languages:
        text = lowered if language == ENGLISH else folded
        for kind, pattern in RULES[language].asks if language in RULES else ():
            if pattern.search(text):
                return kind
    return "other"


def offered(kind: AnswerType, sentence: str, language: str) -> list[str] | None:
    """What of a type stands in a sentence, as written; None where that cannot be told by rule.

    Args:
        kind: The type.
        sentence: Of an article.
        language: By whose rules the article is analysed; one without a table has English figures
            and names.
    """
    pattern = RULES.get(language, RULES[ENGLISH]).offers.get(kind)
    return None if pattern is None else [match.group() for match in pattern.finditer(sentence)]


_ASKS = (
    r"^(?:(?:and|but|so|by|to|from|of|for|in|on|at|with|since|until|during|under|about|after|before"
    r"|besides) )?"
)
_AUXILIARY = r"(?:do|does|did|is|are|was|were|will|has|have|had|can|could|would|should|might|may)"
_UP_TO_TWO_WORDS = r"(?:[\w'’-]+ ){0,2}"
_QUESTIONS: tuple[tuple[AnswerType, re.Pattern[str]], ...] = (
    (
        "date",
        re.compile(
            rf"{_ASKS}when\b|\bwhen {_AUXILIARY}\b|\bhow (?:recently|soon|long ago)\b"
            rf"|(?:\b(?:what|which) {_UP_TO_TWO_WORDS}|^)(?:years?|dates?|days?|months?|decades?"
            r"|century|centuries|time of year|season)\b"
        ),
    ),
    # "Why did the number of cases rise", "who said how many came" ask for no number.
    ("reason", re.compile(rf"{_ASKS}(?:why|how come)\b")),
    ("name", re.compile(rf"{_ASKS}whom?\b")),
    (
        "number",
        re.compile(
            rf"\bhow (?!{_AUXILIARY}\b|come\b|to\b|the\b|exactly\b)\w+"
            rf"|(?:\b(?:what|which) {_UP_TO_TWO_WORDS}|^)(?:percentage|percent|share|numbers?"
            r"|proportion|fraction|amount|rate|price|size|figures?|cost|total|margin|odds|tonnage"
            r"|score|budget|toll|temperature|speed|age|length|height|weight|value)\b"
            r"|\b(?:number|amount|percentage) of\b|\b(?:tonnage|percentage|total)\s*\??$"
        ),
    ),
    (
        "reason",
        re.compile(r"\bwhy\b|\bhow come\b|\bwhat (?:caused|led|prompted|motivated)\b|\breasons?\b"),
    ),
    (
        "name",
        re.compile(
            rf"{_ASKS}(?:who|whom|whose|where|which)\b|\b(?:who|where) {_AUXILIARY}\b"
            rf"|\bwhat {_UP_TO_TWO_WORDS}(?:person|company|country|city|town|place|state|region"
            r"|name|organi[sz]ation|agency|group|team|museum|island|newspaper|website|law|party)\b"
        ),
    ),
)

_NUMBER = re.compile(
    r"\d+(?:[.,]\d+)*|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen"
    r"|hundred|thousand|million|billion|trillion|half|third|quarter|twice|double|once|percent"
    r"|per cent)s?\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b1\d{3}s?\b|\b20\d\ds?\b|\b(?:January|February|March|April|May|June|July|August|September"
    r"|October|November|December|Jan|Feb|Sept|Oct|Nov|Dec|Monday|Tuesday|Wednesday|Thursday"
    r"|Friday|Saturday|Sunday)\b|\b\d+(?:st|nd|rd|th)\b|\b(?:yesterday|today|tomorrow|decades?"
    r"|years?|months?|weeks?|days?|century)\b"
)
_NAME = re.compile(r"\b[A-Z][\w’'-]*[a-z][\w’'-]*|\b[A-Z]{2,}\b")
_REASON = re.compile(
    r"\b(?:because|due to|owing to|since|so that|in order to|as a result|result(?:ed|ing) "
    r"(?:in|from)|caus(?:e[sd]?|ing)|reasons?|therefore|thus|led to|lead(?:s|ing)? to|citing"
    r"|thanks to|after)\b",
    re.IGNORECASE,
)
_OFFERS: dict[AnswerType, re.Pattern[str]] = {
    "number": _NUMBER,
    "date": _DATE,
    "name": _NAME,
    "reason": _REASON,
}

_DIGITS = r"\d+(?:[.,]\d+)*"
_YEARS = r"\b1\d{3}\b|\b20\d\d\b"
_ANY_NAME = re.compile(r"\b[A-ZÀ-ÖØ-Þ][\w’'-]*[a-zß-öø-ÿ][\w’'-]*|\b[A-Z]{2,}\b")


_CONJUNCTIONS: Final = frozenset({"es", "it", "pt"})
"""Their "que" and "che" ask only at the beginning: elsewhere they mean "that"."""


class _Words(NamedTuple):
    """How a language asks and answers, as alternatives of regular expressions.

    Questions are compared without case and accents, as people type them; sentences with both.

    Attributes:
        leads: What may stand before the question word.
        when: Asks for a date, at the beginning.
        which: "Which" or "what is the", before one of the nouns that follow.
        of_time: Nouns of dates.
        how_many: Asks for a number, anywhere.
        of_number: Nouns of numbers.
        why: Asks for a reason, at the beginning.
        of_reason: Nouns of reasons.
        who: Asks for a name, at the beginning.
        of_names: Nouns of what has a name.
        numbers: Words for numbers.
        times: Words for dates besides months and days.
        reasons: Words that give one.
    """

    leads: str
    when: str
    which: str
    of_time: str
    how_many: str
    of_number: str
    why: str
    of_reason: str
    who: str
    of_names: str
    numbers: str
    times: str
    reasons: str

    def rules(self, language: str) -> Rules:
        """Compiled."""
        # Spanish has the question after "¿", wherever that stands.
        start = rf"(?:^\W*|¿\s*)(?:(?:{self.leads})\s+)?"
        before = start if language in _CONJUNCTIONS else r"\b"

        def noun(nouns: str) -> str:
            return rf"{before}(?:{self.which}) (?:[\w'-]+ )?(?:{nouns})\b"

        asks: tuple[tuple[AnswerType, str], ...] = (
            ("date", rf"{start}(?:{self.when})\b|{noun(self.of_time)}"),
            ("number", rf"\b(?:{self.how_many})\b|{noun(self.of_number)}"),
            ("reason", rf"{start}(?:{self.why})\b|{noun(self.of_reason)}"),
            ("name", rf"{start}(?:{self.who})\b|{noun(self.of_names)}"),
        )
        days = "|".join(map(re.escape, day_words(language)))
        return Rules(
            tuple((kind, re.compile(pattern)) for kind, pattern in asks),
            {
                "number": re.compile(rf"{_DIGITS}|\b(?:{self.numbers})\b", re.IGNORECASE),
                "date": re.compile(rf"{_YEARS}|\b(?:{days}|{self.times})\b", re.IGNORECASE),
                "name": _ANY_NAME,
                "reason": re.compile(rf"\b(?:{self.reasons})\b", re.IGNORECASE),
            },
        )


_OTHERS: Final = {
    "de": _Words(
        leads="und|aber|seit|bis|ab|von|zu|in|an|auf|bei|mit|für|fur|um|nach|vor|gegen|uber|aus",
        when="wann|wie lange ist es her",
        which=r"welche[mnrs]?|wievielte[mnrs]?",
        of_time=r"jahr(?:e[sn]?|en)?|datum|tag(?:e[sn]?)?|monat\w*|woche\w*|jahrzehnt\w*"
        r"|jahrhundert\w*|jahreszeit",
        how_many=r"wie ?viele?[nr]?|wie (?:hoch|gross|lang|lange|weit|alt|oft|schnell|schwer|teuer"
        r"|tief|breit|stark|haufig|warm|kalt)|(?:an)?zahl der",
        of_number=r"(?:an)?zahl|anteil|prozentsatz|summe|betrag|preis|hohe|grosse|menge|quote"
        r"|temperatur|geschwindigkeit|alter|lange|gewicht|wert|kosten",
        why="warum|weshalb|wieso|weswegen|was (?:verursachte|hat .* (?:verursacht|ausgelost))"
        "|was fuhrte",
        of_reason=r"grund\w*|ursache\w*|anlass",
        who=r"wer|wem|wen|wessen|wo|wohin|woher|welche[mnrs]?",
        of_names="stadt|land|firma|partei|person|ort",
        numbers=r"zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|\w+zehn|\w*zwanzig"
        r"|\w*(?:vier|fünf|sech|sieb|acht|neun)zig|\w*dreißig|dutzend|\w*hundert\w*|\w*tausend\w*|million(?:en)?|milliarden?|billionen?"
        r"|prozent|hälfte|\w*drittel|(?:drei)?viertel|doppelte?|halbe?[nrs]?|einmal|zweimal|dreimal",
        times=r"gestern|heute|morgen|jahre?[ns]?|monate?[ns]?|wochen?|tage?[ns]?"
        r"|jahrzehnte?[ns]?|jahrhunderts?|frühling|frühjahr|sommer|herbst|winter",
        reasons=r"weil|denn|wegen|aufgrund|deshalb|daher|deswegen|damit|infolge|grund|gründe[n]?"
        r"|dank|nachdem|ursache|verursach\w+|führten? zu|ausgelöst|um .* zu",
    ),
    "es": _Words(
        leads="y|pero|desde|hasta|a|de|en|con|por|para|sobre|segun",
        when="cuando|hace cuanto",
        which=r"que|cual(?: (?:es|fue|era|sera))?(?: (?:el|la|los|las))?|cuales",
        of_time=r"anos?|fechas?|dias?|mes(?:es)?|semanas?|decadas?|siglos?|estacion|temporada",
        how_many=r"(?<!\ben )cuant[oa]s?|numero de|que tan",
        of_number=r"numero|porcentaje|proporcion|cantidad|cifra|precio|tamano|tasa|suma|importe"
        r"|coste|costo|total|edad|altura|peso|velocidad|temperatura|valor|presupuesto",
        why="por que|a que se debe|que (?:causo|provoco|motivo)",
        of_reason=r"razon(?:es)?|motivos?|causas?",
        who=r"quien(?:es)?|donde|adonde|cual(?:es)?",
        of_names=r"ciudad|pais|empresa|compania|persona|lugar|region|estado|partido|organizacion"
        r"|equipo|periodico|nombre|isla|museo",
        numbers=r"dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince"
        r"|dieci\w+|veint\w+|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|cientos?"
        r"|\w+cient[oa]s|quinient[oa]s|mil(?:es)?|mill[oó]n(?:es)?|docenas?|mitad|tercios?|doble"
        r"|por ciento",
        times=r"ayer|hoy|mañana|años?|mes(?:es)?|semanas?|días?|décadas?|siglos?|primavera|verano"
        r"|otoño|invierno",
        reasons=r"porque|debido a|a causa de|por culpa de|ya que|puesto que|para que|con el fin de"
        r"|causa\w*|razon(?:es)?|razón|motivos?|provoc\w+|gracias a|tras|por lo que",
    ),
    "fr": _Words(
        leads="et|mais|depuis|jusqu' a|a|de|d'|en|dans|sur|par|pour|avec|chez|vers",
        when=r"quand|[^?]* quand(?=\W*$)",
        which=r"quels?|quelles?|quel(?:le)?s? (?:est|fut|etait|sont|sera) (?:le|la|l'|les)?",
        of_time=r"annees?|ans?|dates?|jours?|mois|semaines?|decennies?|siecles?|saison",
        how_many=r"combien|nombre de",
        of_number=r"nombre|pourcentage|part|proportion|montant|chiffre|prix|taille|taux|somme|cout"
        r"|total|age|hauteur|poids|vitesse|temperature|valeur|budget|longueur",
        why=r"pourquoi|qu' est-ce qui a (?:cause|provoque)|a cause de quoi",
        of_reason=r"raisons?|motifs?|causes?",
        who=r"qui|ou|lequel|laquelle|lesquels|lesquelles|auquel",
        of_names=r"ville|pays|entreprise|societe|personne|lieu|endroit|region|parti|organisation"
        r"|equipe|journal|nom|ile|musee",
        numbers=r"deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze"
        r"|seize|vingt\w*|trente|quarante|cinquante|soixante|cents?|mille|millions?|milliards?"
        r"|(?:diz|douz|quinz|vingt|trent|quarant|cinquant|soixant|cent)aines?|moitié"
        r"|tiers|quart|double|pour cent",
        times=r"hier|aujourd[’']hui|demain|ans?|années?|mois|semaines?|jours?|décennies?|siècles?"
        r"|printemps|(?:l[’']|en |cet )été|automne|hiver",
        reasons=r"parce qu\w*|car|puisqu\w*|à cause d\w+|en raison d\w+|grâce à|afin d\w+|pour que"
        r"|caus\w+|raisons?|motifs?|provoqu\w+|entraîn\w+|après|faute de",
    ),
    "it": _Words(
        leads="e|ma|da|fino a|a|di|in|con|per|su|tra|fra",
        when="quando|quanto tempo fa",
        which=r"che|quale|quali|qual (?:e|era|fu)(?: stat[oa])?(?: (?:il|lo|la|l'|i|gli|le))?",
        of_time=r"ann[oi]|dat[ae]|giorn[oi]|mes[ei]|settiman[ae]|decenni\w*|secol[oi]|stagione",
        how_many=r"(?<!\bin )quant[oaie]|numero di",
        of_number=r"numero|percentuale|quota|proporzione|quantita|cifra|prezzo|dimensione|tasso"
        r"|somma|importo|costo|totale|eta|altezza|peso|velocita|temperatura|valore|bilancio",
        why="perche|come mai|(?:che )?cosa ha (?:causato|provocato)",
        of_reason=r"motiv[oi]|ragion[ei]|caus[ae]",
        who=r"chi|dove|dov' e|dov' era|quale|quali",
        of_names=r"citta|paese|azienda|societa|persona|luogo|regione|stato|partito|organizzazione"
        r"|squadra|giornale|nome|isola|museo",
        numbers=r"due|tre|quattro|cinque|sei|sette|otto|nove|dieci|undici|dodici|tredici"
        r"|quattordici|quindici|sedici|dicias\w+|diciotto|vent\w+|trenta\w*|quaranta\w*|cinquanta\w*"
        r"|sessanta\w*|settanta\w*|ottanta\w*|novanta\w*|\w*cento|mille|\w*mila|milion[ei]"
        r"|miliard[oi]|dozzin[ae]|metà|terz[oi]|doppio|per cento",
        times=r"ieri|oggi|domani|ann[oi]|mes[ei]|settiman[ae]|giorn[oi]|decenni\w*|secol[oi]"
        r"|primavera|estate|autunno|inverno",
        reasons=r"perché|poiché|a causa d\w+|per via d\w+|grazie a\w*|affinché|caus\w+|motiv[oi]"
        r"|ragion[ei]|provocat\w+|dopo|dovut[oaie]|siccome",
    ),
    "pt": _Words(
        leads="e|mas|desde|ate|a|de|em|com|por|para|sobre",
        when="quando|ha quanto tempo",
        which=r"que|qual|quais|qual (?:e|foi|era|sera)(?: (?:o|a|os|as))?",
        of_time=r"anos?|datas?|dias?|mes(?:es)?|semanas?|decadas?|seculos?|estacao|epoca",
        how_many=r"quant[oa]s?|numero de",
        of_number=r"numero|percentagem|porcentagem|percentual|proporcao|quantidade|cifra|preco"
        r"|tamanho|taxa|soma|montante|custo|total|idade|altura|peso|velocidade|temperatura|valor"
        r"|orcamento",
        why=r"por ?que|o que (?:causou|provocou|motivou)",
        of_reason=r"razao|razoes|motivos?|causas?",
        who=r"quem|onde|aonde|donde|qual|quais",
        of_names=r"cidade|pais|empresa|companhia|pessoa|lugar|regiao|estado|partido|organizacao"
        r"|equipa|equipe|jornal|nome|ilha|museu",
        numbers=r"dois|duas|três|quatro|cinco|seis|sete|oito|nove|dez|onze|doze|treze|c?quatorze"
        r"|quinze|dez[ae]sse\w+|dezoito|dezanove|dezenove|vinte|trinta|quarenta|cinquenta|sessenta"
        r"|setenta|oitenta|noventa|cem|cento|\w+centos|\w+centas|mil|milh(?:ão|ões)|bilh(?:ão|ões)"
        r"|dúzias?|metade|terço|dobro|por cento",
        times=r"sábado|domingo|(?:segunda|terça|quarta|quinta|sexta)(?:-feira)?|ontem|hoje|amanhã"
        r"|anos?|m[êe]s(?:es)?|semanas?|dias?|décadas?|séculos?|primavera|verão|outono|inverno",
        reasons=r"porque|devido [aà]\w*|por causa d\w+|já que|uma vez que|graças [aà]\w*|para que"
        r"|caus\w+|razão|razões|motivos?|provoc\w+|após",
    ),
    "nl": _Words(
        leads="en|maar|sinds|tot|vanaf|van|naar|in|aan|op|bij|met|voor|om|na|tegen|over|uit|door",
        when="wanneer|hoe ?lang geleden",
        which=r"welke?|wat (?:is|was) (?:de|het)",
        of_time=r"jaar|jaren|datum|dag(?:en)?|maand(?:en)?|week|weken|decennium|eeuw|seizoen",
        how_many=r"hoeveel|hoe (?:hoog|groot|lang|ver|oud|vaak|snel|zwaar|duur|diep|breed|sterk)"
        r"|aantal",
        of_number=r"aantal|percentage|aandeel|bedrag|prijs|grootte|hoogte|hoeveelheid|temperatuur"
        r"|snelheid|leeftijd|lengte|gewicht|waarde|kosten|score|begroting",
        why="waarom|hoe komt het|hoezo|wat veroorzaakte",
        of_reason=r"redenen|reden|oorzaak|oorzaken|aanleiding",
        who=r"wie|wiens|waar|waarheen|waarvandaan|welke?",
        of_names="stad|land|bedrijf|persoon|plaats|partij|naam",
        numbers=r"twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|\w+tien|\w*twintig|\w*(?:der|veer|vijf|zes|zeven|tach|negen)tig"
        r"|dozijn|\w*honderd\w*|\w*duizend\w*|miljoen|miljard|procent|helft|kwart|dubbele?|tweemaal",
        times=r"gisteren|vandaag|morgen|jaar|jaren|maand(?:en)?|week|weken|dag(?:en)?|decennia"
        r"|decennium|eeuw(?:en)?|lente|voorjaar|zomer|herfst|najaar|winter",
        reasons=r"omdat|want|wegens|vanwege|doordat|daarom|zodat|dankzij|reden(?:en)?|oorzaak"
        r"|veroorzaak\w+|nadat|als gevolg van|leidden? tot",
    ),
}  # fmt: skip

RULES: Final[Mapping[str, Rules]] = {
    ENGLISH: Rules(_QUESTIONS, _OFFERS),
    **{language: words.rules(language) for language, words in _OTHERS.items()},
}
"""By language, as `qa.text.stemming.analysed_as` names them."""
