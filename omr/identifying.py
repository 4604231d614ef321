"""Marks what in a written text may say who wrote it: names, addresses, phone numbers, e-mail, bank accounts, dates of birth.

A mark holds a text back until a person has looked, so that more is marked than must be.  Rules written by hand for the
languages of the forms and of those who fill them in; an OCR engine's blanks in numbers and addresses are allowed for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from babel import Locale

Kind = Literal["name", "address", "phone", "email", "iban", "birth_date"]
KINDS: tuple[Kind, ...] = get_args(Kind)
PHONE_DIGITS = (7, 16)
"""Digits of a phone number; with a leading 0 or a word for phone beside it, from FEW_DIGITS on.  E.164 allows 15, and a zero."""
FEW_DIGITS = 6
NEAR = 40
"""Letters around a number in which a word for phone or birth is looked for."""
IBAN_LENGTH = (15, 34)
"""Letters and digits, as ISO 13616 allows."""
_MONTH_LANGUAGES = (
    "ar",
    "ar_SY",
    "de",
    "el",
    "en",
    "es",
    "fa",
    "fa_AF",
    "fr",
    "hi",
    "ka",
    "ro",
    "ru",
    "ti",
    "tr",
    "uk",
)


@dataclass(frozen=True)
class Span:
    """Letters `start` to `end` of a text, and what they may give away."""

    kind: Kind
    start: int
    end: int


def identifying(text: str) -> tuple[Span, ...]:
    """What may identify a person in `text` (NFC), in the order of the text; marks of one kind do not overlap.

    No mark is no proof: a name without words around it is not known.
    """
    plain = _plain(text)
    found = [Span(kind, *match.span()) for kind, rules in _RULES.items() for r in rules for match in r.finditer(plain)]
    found += [Span("birth_date", *span) for span in _births(plain)]
    found += [Span("phone", *span) for span in _phones(plain)]
    found += [Span("iban", *match.span()) for match in _IBAN.finditer(plain) if _is_iban(match.group())]
    merged: list[Span] = []
    for span in sorted(found, key=lambda one: (one.kind, one.start, one.end)):
        if merged and merged[-1].kind == span.kind and span.start <= merged[-1].end:
            merged[-1] = Span(span.kind, merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(sorted(merged, key=lambda one: (one.start, KINDS.index(one.kind))))


_ALIKE = str.maketrans("أإآىیک’ʼ`´‘", "اااييك'''''")


def _plain(text: str) -> str:
    """The text letter for letter, with the digits of all scripts as 0-9 and one form for Arabic letters and apostrophes."""
    alike = text.translate(_ALIKE)
    return "".join(str(int(letter)) if letter.isdecimal() and not letter.isascii() else letter for letter in alike)


# ---- phone numbers and bank accounts ----------------------------------------------------------------------------

_MONEY = (
    r"(?:€|euro|eur|dollar|usd|\$|грн|гривень|гривні|₴|руб|₽|tl|₺|lira|lei|ليره?ة?|يورو|دولار|یورو|ευρώ|यूरो|ევრო|欧元)"
)
_NO_PHONE = re.compile(
    rf"""(?ix)
    (?<!\d)(?<!\d[./-]) \d{{1,2}} [./-] [ ]? \d{{1,2}} [./-] [ ]? (?:\d{{4}}|\d{{2}}) (?![./-]?\d)  # a date
    | (?<!\d) \d{{4}} - \d{{2}} - \d{{2}} (?!\d)
    | (?<![\d.]) \d{{1,2}} [.:] \d{{2}} \s* (?:-|–|bis|to|до) \s* \d{{1,2}} [.:] \d{{2}} (?![.:]?\d)  # opening hours
    | (?<!\d) \d{{1,2}} : \d{{2}} (?!\d)
    | (?<!\d) (?:19|20) \d\d \s* [-–/] \s* (?:19|20)? \d\d (?!\d)                              # years
    | (?<![\d+]) \d{{1,3}} (?: [.,'\ ] \d{{3}} ){{1,4}} (?: [.,] \d{{1,2}} )? (?! [\ -]? \d)                # a great number
    | (?<![\d+]) [1-9] [\d.,\ ]{{0,14}} \s? {_MONEY} (?!\w) | [€$₴₺] \s? \d [\d.,]*
    | §+ \s* \d+ \w* (?: \s* (?:,|und|abs\.?|absatz|satz|nr\.?|s\.) \s* \d+ \w*)*               # a law
    """
)
_DIGITS = re.compile(r"(?:\+ ?)?(?:\( ?)?\d(?:[ ()./–-]{0,3}\d)+")
_PHONE_WORD = re.compile(
    r"(?i)(?:\btel|phone|handy|mobil|whats ?app|telegram|viber|signal|anrufen|call me|cep\b|тел|моб|дзвон|звон"
    r"|هاتف|جوال|موبايل|واتس|تلفون|تلفن|شماره|رقم|τηλ|κινητ|फ़ोन|फोन|मोबाइल|ტელ|მობ|ስልኪ|ቁጽሪ|电话|手机|微信)[^\d\n]{0,20}$"
)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2} ?\d{2}(?: ?[A-Z0-9]){11,30}(?!\w)")


def _phones(plain: str) -> Iterator[tuple[int, int]]:
    """Runs of digits that may be a phone number; dates, hours, years, prices and laws are none."""
    masked = _NO_PHONE.sub(lambda match: match.group() if _is_told(plain, match) else "x" * len(match.group()), plain)
    for match in _DIGITS.finditer(masked):
        run = match.group()
        count = sum(letter.isdigit() for letter in run)
        is_told = run[0] in "+(0" or _is_told(plain, match)
        if (FEW_DIGITS if is_told else PHONE_DIGITS[0]) <= count <= PHONE_DIGITS[1]:
            yield match.span()


def _is_told(plain: str, match: re.Match[str]) -> bool:
    """Whether a word for phone stands shortly before."""
    return bool(_PHONE_WORD.search(plain[max(0, match.start() - NEAR) : match.start()]))


def _is_iban(written: str) -> bool:
    """By length and digits only: its check digits would miss what was misread."""
    letters = written.replace(" ", "")
    return IBAN_LENGTH[0] <= len(letters) <= IBAN_LENGTH[1] and sum(letter.isdigit() for letter in letters) >= 10


# ---- dates of birth ---------------------------------------------------------------------------------------------


def _months() -> str:
    """Month names of the forms' languages, from the CLDR, as the choices of a rule."""
    names = {
        name.translate(_ALIKE)
        for language in _MONTH_LANGUAGES
        for widths in Locale.parse(language).months.values()
        for name in widths["wide"].values()
        if not name.isdecimal()
    }
    return "|".join(re.escape(name).replace(r"\ ", r"\s") for name in sorted(names, key=len, reverse=True))


_BORN = re.compile(
    r"(?i)(?<!\w)(?:geb(?:oren|\.)?|geburtsdatum|geburtstag|born|birth(?:day|date)?|dob|doğum\w*|doğdum|народи\w*|народження"
    r"|роди\w*|рождения|مواليد|ولدت|(?:ال)?ميلاد\w*|متولد|تولد\w*|γεννήθηκα|γέννησης|născut\w*|nașterii|जन्म|დავიბადე|დაბადების"
    r"|ተወሊደ|ልደት|née?|nacid[oa]|nacimiento)(?!\w)|出生"
)
_DAY = re.compile(
    rf"(?i)\d{{1,2}}\s?[./-]\s?\d{{1,2}}(?:\s?[./-]\s?\d{{2,4}})?|\d{{4}}[./-]\d{{1,2}}[./-]\d{{1,2}}|\d{{1,2}}\s?月\s?\d{{1,2}}"
    rf"|(?<!\w)(?:\d{{1,2}}\S{{0,2}}\s+)?(?:{_months()})(?!\w)(?:[\s,]+\d{{2,4}})?"
)


def _births(plain: str) -> Iterator[tuple[int, int]]:
    """A word for being born together with the day shortly before or after it; a year or a place alone is no mark."""
    for born in _BORN.finditer(plain):
        before = max(0, born.start() - NEAR)
        if day := _DAY.search(plain[born.end() : born.end() + NEAR]):
            yield born.start(), born.end() + day.end()
        if day := _DAY.search(plain[before : born.start()]):
            yield before + day.start(), born.end()


# ---- words ------------------------------------------------------------------------------------------------------

_NAMES = r"(?:'s)?(?:\s*[:=-]?\s*[^\W\d_][^\s,.;:!?()]{0,30}){0,3}"
"""Up to three words after those that announce a name."""
_MY_NAME = r"""
    ich\s+hei(?:ß|ss?)e | mein\s+(?:vor|nach|familien|voller\s+)?name | (?:vor|nach|familien)?name\s*: | unterzeichne
    | my\s+(?:(?:first|last|full|sur|family)\s*)?name | i\s+am\s+called | i'm\s+called
    | (?<!ilk\s)(?<!son\s)(?<!bir\s)(?<!her\s)(?<!bu\s)(?<!ad[ıi]m\s)ad[ıi]m(?!\s+ad[ıi]m)(?!\s+at) | benim\s+ad[ıi]m | ismim | soyad[ıi]m
    | мене\s+зв(?:ати|уть) | моє\s+(?:ім'?я|прізвище) | (?:ім'?я|прізвище|піб)\s*: | меня\s+зовут | мо[её]\s+имя | моя\s+фамилия
    | [وف]?ا?سمي(?=\s) | [وف]?اسمي | ادع[يى] | الاسم\s*: | كنيتي | لقبي | اسم\s+من | نام\s+من | اسمم | نامم | زما\s+نوم | میرا\s+نام | ميرا\s+نام
    | με\s+λένε | λέγομαι | ονομάζομαι | το\s+όνομ[άα]\s+μου | m[ăa]\s+numesc | m[ăa]\s+cheam[ăa] | numele\s+meu
    | मेरा\s+(?:पूरा\s+)?नाम | მქვია | ჩემი\s+(?:სახელი|გვარი) | ስመይ | ሽመይ | ስሜ | 我(?:的名字|叫|姓) | 姓名
    | je\s+m'appelle | mon\s+nom | me\s+llamo | mi\s+nombre | mi\s+chiamo | (?:meu|o\s+meu)\s+nome | quhem | emri\s+im | nav[êe]\s+min
    | magacaygu | (?:ja\s+se\s+)?zovem\s+se | moje\s+ime | зовем\s+се | казвам\s+се | nazywam\s+się | mam\s+na\s+imię | tên\s+tôi
"""
_STREET = (
    r"(?:stra(?:ß|ss)e|str\.?|weg|platz|allee|gasse|ring|damm|ufer|steig|chaussee|promenade|pfad|markt|graben|berg|hof)"
)
_NO_STREET = r"(?i:(?!(?:Arbeits|Kindergarten|Kita|Betreuungs|Krippen|Schul|Stell|Park|Studien|Ausbildungs|Therapie|Sitz|Schlaf|Kurs|Sprachkurs)platz))"
_NO_PLACE = r"(?!(?:Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag|Jahre?|Alter|Monat|Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b)"
_THINGS = r"(?i:Euro|EUR|Menschen|Leute|Personen|Einwohner|Flüchtlinge|Jahre|Kilometer|Schritte|Dollar|Mal|Stunden|Uhr|Kinder|Zimmer)"
_HOUSE = r"\d{1,4}(?:\s?[a-zA-Z])?(?!\w)(?!\s*(?:uhr|euro|€|km|minuten|zimmer|%))"


_WRITTEN_RULES: dict[Kind, tuple[str, ...]] = {
        "name": (
            rf"(?i:(?<!\w)(?:{_MY_NAME}))(?i:\s+(?:ist|is|waa|adalah))?{_NAMES}",
            rf"(?<![Ww]as\s)(?<![Dd]as\s)(?<![Ee]s\s)(?<!\w)(?:hei(?:ß|ss)t|heißen)\s+(?=[A-ZÄÖÜ]){_NAMES}",
            r"(?<!\w)(?:Herrn?|Frau|Hr\.|Fr\.|Familie|Fam\.|Dr\.|Mrs?\.?|Ms\.?|Miss|пан|пані|Пан|Пані|السيد|السيده|السيدة|اقاي|خانم)\s+(?:Dr\.\s*|Prof\.\s*)*(?![A-ZÄÖÜ]\w*(?:amt|center)\b)[A-ZÄÖÜА-ЯІЇЄҐ\u0600-\u06ff][\w'-]+",
        ),
        "email": (
            r"[\w.+-]{0,64}\s?@\s?\w[\w.-]{0,64}(?:\s?\.\s?\w{1,20}){0,4}",
            r"(?i:[\w.+-]{1,64}\s?[\[({]\s?(?:at|ät)\s?[\])}]\s?[\w.-]+)",
            r"(?i:[\w.+-]{1,64}\s?(?:gmail|googlemail|gmx|yahoo|hotmail|outlook|icloud|posteo|t-online|ukr|mail|web)\s?[.,]\s?(?:com|net|de|ru|ua|tr|org)(?!\w))",
        ),
        "address": (
            rf"(?<!\w){_NO_STREET}[A-ZÄÖÜ][\w.-]{{0,40}}{_STREET}\s*{_HOUSE}",
        rf"(?i:(?<!\w){_NO_STREET}[^\W\d_][\w.-]{{0,40}}(?:stra(?:ß|ss)e|str\.?|weg|allee|gasse|platz)\s*{_HOUSE})",
            rf"(?<!\w)[A-ZÄÖÜ][\w-]{{1,40}}\s+(?:Stra(?:ß|ss)e|Str\.?|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer)\s*{_HOUSE}",
            rf"(?<!\w)(?:Am|Im|An\s(?:der|den|dem)|In\s(?:der|den)|Zum|Zur|Auf\s(?:der|dem)|Unter\sden|Hinter\sder|Beim)\s+{_NO_PLACE}[A-ZÄÖÜ][\w-]{{1,40}}\s+{_HOUSE}(?!\d)",
            rf"(?<![\w.,])(?:D-?\s?)?(?!\d{{2}}000)\d{{5}}\s+(?!{_THINGS}\b)[^\W\d_]{{3,40}}",
            r"(?<!\w)\d{1,5}[a-z]?,?\s+(?:[A-Z][\w'.-]{0,40}\s+){1,3}(?:Street|St\.?|Road|Rd\.?|Avenue|Ave\.?|Lane|Ln\.?|Drive|Close|Court|Square|Boulevard|Blvd\.?|Way|Terrace|Crescent|Gardens)(?!\w)",
            r"(?<!\w)[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}(?!\w)",
            r"(?i:(?<!\w)(?:mahalles[iı]|mah\.|sokak|sokağ[ıi]|sok\.|sk\.|caddes[iı]|cad\.|cd\.|bulvar[ıi]|blv\.|apartman[ıi]|apt\.)[^\n\d]{0,30}\d+)",
            r"(?i:(?<!\w)(?:вул(?:\.|иц[яі])|ул(?:\.|иц[аеы])|просп(?:\.|ект\w?)|пр-т|пров(?:\.|улок)|пер(?:\.|еулок)|бульв(?:\.|ар)|площа|пл\.|наб\.|шосе)\s*[^\n\d]{1,40}\d+)",
            r"(?<!\w)(?:شارع|طريق|حي|زقاق|بنايه|بناية|عماره|عمارة|خيابان|كوچه|پلاك|ص\.\s?ب)(?!\w)[^\n\d]{0,40}\d+",
            r"(?i:(?<!\w)(?:οδός|οδ\.|λεωφ\.|λεωφόρος|πλατεία|strada|str\.|bulevardul|bd\.|aleea|calea|rue|avenue|via|viale|piazza|calle|avenida|ulica|ul\.|rruga)\s+[^\n\d]{1,40}\d+)",
            r"(?i:(?<!\w)\d{1,4}\s?(?:bis|ter)?,?\s+(?:rue|avenue|boulevard|chemin|allée|impasse)\s+\w+)",
            r"(?:गली|मार्ग|मकान|ქუჩა|ქ\.|გამზირი|ጎደና|ገዛ)[^\n\d]{0,20}\d+|[路街巷弄]\s?\d+|(?<!\d)\d{1,5}\s?[号號](?!码)",
            r"(?i:(?<!\w)(?:meine\s+(?:neue\s+)?(?:adresse|anschrift)|my\s+(?:new\s+|home\s+)?address|adresim|моя\s+адреса|мой\s+адрес|عنواني|ادرس\s+من|ادرسم|η\s+διεύθυνσ[ήη]\s+μου|adresa\s+mea|मेरा\s+पता|ჩემი\s+მისამართი|我的地址)(?:[\s:]+\S+){0,5})",
        ),
}  # fmt: skip
_RULES = {kind: [re.compile(rule, re.VERBOSE) for rule in rules] for kind, rules in _WRITTEN_RULES.items()}
