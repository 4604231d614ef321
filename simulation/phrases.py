"""What simulated people write: short answers, wishes and countries of birth, in the languages of the forms."""

from __future__ import annotations

from dataclasses import dataclass

COUNTRY_CODES = ("SY", "UA", "AF", "TR", "IQ", "ER", "RO")
"""ISO 3166-1, in the order of each language's country names."""


@dataclass(frozen=True)
class Phrases:
    """One language's stock of answers."""

    short: tuple[str, ...]
    """For one line beside a choice `other`."""
    wishes: tuple[str, ...]
    """For a comment of several lines."""
    countries: tuple[str, ...]


_ENGLISH = Phrases(
    ("with friends", "at the church", "on foot and by bus", "a room at work"),
    (
        "More language courses in the evening, please.",
        "We need a bigger flat.",
        "Thank you for your help.",
        "The letters are hard to understand.",
    ),
    ("Syria", "Ukraine", "Afghanistan", "Turkey", "Iraq", "Eritrea", "Romania"),
)
PHRASES: dict[str, Phrases] = {
    "en": _ENGLISH,
    "de": Phrases(
        ("bei der Kirche", "im Garten", "Zimmer vom Chef", "mit dem Roller", "weiß nicht"),
        (
            "Bitte mehr Sprachkurse am Abend.",
            "Wir brauchen eine größere Wohnung.",
            "Danke für die Hilfe!",
            "Die Briefe sind schwer zu verstehen.",
            "Es gibt keinen Kindergartenplatz.",
        ),
        ("Syrien", "Ukraine", "Afghanistan", "Türkei", "Irak", "Eritrea", "Rumänien"),
    ),
    "ar": Phrases(
        ("عند صديق", "في المسجد", "مع أخي", "غرفة صغيرة"),
        ("نريد دورات لغة أكثر في المساء.", "نحتاج إلى بيت أكبر.", "شكرا على المساعدة.", "الرسائل صعبة الفهم."),
        ("سوريا", "أوكرانيا", "أفغانستان", "تركيا", "العراق", "إريتريا", "رومانيا"),
    ),
    "fa": Phrases(
        ("پیش دوستان", "با برادرم", "یک اتاق کوچک"),
        ("کلاس‌های زبان بیشتر در شب.", "خانه‌ی بزرگ‌تر لازم داریم.", "از کمک شما ممنونم."),
        ("سوریه", "اوکراین", "افغانستان", "ترکیه", "عراق", "اریتره", "رومانی"),
    ),
    "tr": Phrases(
        ("arkadaşımda", "kardeşimin yanında", "küçük bir oda"),
        ("Akşamları daha çok dil kursu olsun.", "Daha büyük bir ev arıyoruz.", "Yardımınız için teşekkürler."),
        ("Suriye", "Ukrayna", "Afganistan", "Türkiye", "Irak", "Eritre", "Romanya"),
    ),
    "uk": Phrases(
        ("у подруги", "кімната від роботи", "на самокаті"),
        (
            "Більше мовних курсів увечері.",
            "Нам потрібна більша квартира.",
            "Дякую за допомогу!",
            "Листи важко зрозуміти.",
        ),
        ("Сирія", "Україна", "Афганістан", "Туреччина", "Ірак", "Еритрея", "Румунія"),
    ),
    "ru": Phrases(
        ("у друзей", "комната от работы"),
        ("Больше языковых курсов вечером.", "Нам нужна большая квартира.", "Спасибо за помощь!"),
        ("Сирия", "Украина", "Афганистан", "Турция", "Ирак", "Эритрея", "Румыния"),
    ),
    "el": Phrases(
        ("σε φίλους", "με τα πόδια", "ένα μικρό δωμάτιο"),
        ("Περισσότερα μαθήματα το βράδυ.", "Ευχαριστώ για τη βοήθεια."),
        ("Συρία", "Ουκρανία", "Αφγανιστάν", "Τουρκία", "Ιράκ", "Ερυθραία", "Ρουμανία"),
    ),
    "hi": Phrases(
        ("दोस्त के साथ", "भाई के घर"),
        ("शाम को और कक्षाएँ चाहिए।", "मदद के लिए धन्यवाद।"),
        ("सीरिया", "यूक्रेन", "अफ़ग़ानिस्तान", "तुर्की", "इराक", "इरिट्रिया", "रोमानिया"),
    ),
    "ka": Phrases(  # without full stops: Noto Sans Georgian has none
        ("მეგობართან", "პატარა ოთახი"),
        ("მეტი ენის კურსი საღამოს", "მადლობა დახმარებისთვის"),
        ("სირია", "უკრაინა", "ავღანეთი", "თურქეთი", "ერაყი", "ერიტრეა", "რუმინეთი"),
    ),
    "ro": Phrases(
        ("la prieteni", "o cameră mică"),
        ("Mai multe cursuri de limbă seara.", "Mulțumesc pentru ajutor."),
        ("Siria", "Ucraina", "Afganistan", "Turcia", "Irak", "Eritreea", "România"),
    ),
    "ti": Phrases(
        ("ምስ ኣዕሩኽ", "ንእሽቶ ክፍሊ"),
        ("ምሸት ዝያዳ ትምህርቲ ቋንቋ።", "የቐንየለይ።"),
        ("ሶርያ", "ዩክሬን", "ኣፍጋኒስታን", "ቱርኪ", "ዒራቕ", "ኤርትራ", "ሩማንያ"),
    ),
    "zh": Phrases(
        ("住在朋友家", "骑电动车"),
        ("希望晚上多开语言课。", "谢谢你们的帮助。"),
        ("叙利亚", "乌克兰", "阿富汗", "土耳其", "伊拉克", "厄立特里亚", "罗马尼亚"),
    ),
}


def phrases_in(language: str) -> Phrases:
    """The stock of a language or of its main part (zh for zh-Hans); English where there is none."""
    return PHRASES.get(language) or PHRASES.get(language.split("-")[0], _ENGLISH)
