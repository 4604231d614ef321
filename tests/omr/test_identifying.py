"""Words that may say who wrote a text are marked; their false friends are not."""

import time

import pytest

from omr.identifying import Kind, Span, identifying


def marked(text: str) -> dict[Kind, str]:
    """What is marked, by kind; of several marks of a kind the first."""
    found: dict[Kind, str] = {}
    for span in identifying(text):
        found.setdefault(span.kind, text[span.start : span.end])
    return found


@pytest.mark.parametrize(
    "text",
    [
        "0711 216-0", "+49 711 2160", "0049 (0) 711 21 60 123", "0151/23456789", "(0711) 21 60 12", "0176 12345678 ab 18 Uhr",
        "Tel. 216 045", "Handy: 1512345678", "Bitte anrufen 21 60 45", "+380 67 123 45 67", "067-123-45-67", "тел. 123456",
        "+90 532 123 45 67", "cep 0532 1234567", "هاتف ٠١٥١٢٣٤٥٦٧٨", "رقم: 015123456", "۰۹۱۲۳۴۵۶۷۸۹", "WhatsApp 4915123456789",
        "06.12.34.56.78", "555 123 4567", "电话 13812345678",
    ],
)  # fmt: skip
def test_a_phone_number_is_marked(text: str) -> None:
    assert "phone" in marked(text)


@pytest.mark.parametrize(
    "text",
    [
        "Mo-Fr 8.00 - 12.00 Uhr", "8:00-12:00 und 14:00-18:00", "Die Miete kostet 1.250,00 Euro", "1 200 000 €", "350000 Euro",
        "seit 2015", "2014-2015", "2014/15", "von 2019 bis 2024", "am 04.08.2015", "2015-08-04", "2 Zimmer für 5 Personen",
        "§ 25 Abs. 3 AufenthG", "§ 104 c Absatz 1 Satz 2 Nr. 1", "3 Kinder: 4, 7 und 12 Jahre", "70173", "10 000 Menschen",
        "30 % mehr", "Bus 42, 10-15 min", "500000 грн", "25000 ليرة", "300 €/Monat", "11/12/2024", "", "keine Wünsche",
        "vom 01.02.2023 bis 31.03.2024", "1. 2. 3. 4. 5.",
    ],
)  # fmt: skip
def test_hours_prices_years_and_laws_are_no_phone_number(text: str) -> None:
    assert "phone" not in marked(text)


@pytest.mark.parametrize(
    "text",
    [
        "maria@example.org", "m.k+x@mail.example.co.uk", "maria @ example . org", "maria(at)example.org", "maria [ät] example.de",
        "Insta: @maria_k", "maria gmail.com", "maria.k@web,de", "пошта: olena@ukr.net", "ايميل: ahmad@example.com",
    ],
)  # fmt: skip
def test_an_e_mail_address_is_marked(text: str) -> None:
    assert "email" in marked(text)


@pytest.mark.parametrize(
    "text", ["Bitte per E-Mail antworten", "at home", "Ich habe kein Internet.", "mail bitte auf Arabisch"]
)
def test_the_word_mail_is_no_address(text: str) -> None:
    assert "email" not in marked(text)


@pytest.mark.parametrize(
    "text",
    [
        "Königstraße 5", "Königstr. 12a", "Hauptstrasse 7, 70173 Stuttgart", "Lange Straße 3", "Am Bahnhof 12", "An der Kirche 4",
        "Unter den Linden 1", "Schlossplatz 1", "70173 Stuttgart", "D-70173 Stuttgart", "Birkenweg 8 b", "KÖNIGSTRASSE 5", "konigstr 5", "80331 münchen", "12 Main Street",
        "221b Baker Street, London NW1 6XE", "Flat 3, 10 Old Kent Road", "SW1A 1AA", "Atatürk Mah. Gül Sok. No: 5", "Barış Caddesi 12",
        "İnönü Cad. 34/5", "вул. Шевченка, 12", "вулиця Лесі Українки 7, кв. 3", "ул. Ленина д. 5", "просп. Миру 10",
        "شارع النيل ١٢", "شارع الملك فيصل رقم 5", "حي السلام بناية 4", "خیابان آزادی پلاک ۱۲", "οδός Ερμού 15", "str. Mihai Eminescu nr. 10",
        "12 rue de la Paix", "中山路12号", "Meine Adresse: Unterkunft Nord", "adresim aynı bina", "моя адреса така сама",
    ],
)  # fmt: skip
def test_a_postal_address_is_marked(text: str) -> None:
    assert "address" in marked(text)


@pytest.mark.parametrize(
    "text",
    [
        "2 Zimmer", "Kein Kindergartenplatz 2024", "Arbeitsplatz 1", "Am Montag 12 Uhr", "Im Jahr 2015", "Im August 12 Tage", "10000 Euro",
        "15000 Menschen warten", "12345 Euro", "20123 menschen", "der Weg ist 5 km", "5 Street", "Die Straße ist laut", "الشارع مظلم", "вулиця дуже темна",
        "Sokak çok karanlık", "Busse fahren alle 20 Minuten", "Gruppe B 2", "Kurs B1 oder B2", "auf dem Weg 3 Stunden",
    ],
)  # fmt: skip
def test_rooms_ways_and_places_in_a_course_are_no_address(text: str) -> None:
    assert "address" not in marked(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ich heiße Maria Muster", "Maria"), ("ich heisse maria", "maria"), ("Mein Name ist Ahmad.", "Ahmad"), ("Name: Olena K", "Olena"),
        ("Meine Tochter heißt Lina", "Lina"), ("Frau Müller war nett", "Müller"), ("Frau Dr. Schmidt", "Schmidt"), ("السيدة فاطمة", "فاطمة"), ("My name is John Smith", "Smith"), ("my name's Jo", "Jo"),
        ("Mr. Smith helps", "Smith"), ("Benim adım Ayşe", "Ayşe"), ("Adım Mehmet", "Mehmet"), ("ADIM MEHMET", "MEHMET"), ("ismim Ali", "Ali"),
        ("мене звати Олена", "Олена"), ("Мене звуть Іван", "Іван"), ("Моє ім’я Тарас", "Тарас"), ("меня зовут Анна", "Анна"),
        ("اسمي أحمد", "أحمد"), ("واسمي أحمد", "أحمد"), ("إسمي فاطمة", "فاطمة"), ("اسم من رضا است", "رضا"), ("με λένε Μαρία", "Μαρία"),
        ("mă numesc Ion", "Ion"), ("Ma numesc Ion", "Ion"), ("मेरा नाम राम है", "राम"), ("მე მქვია ნინო", "ნინო"), ("ስመይ ሰላም", "ሰላም"),
        ("我叫王伟", "王伟"), ("je m’appelle Awa", "Awa"), ("me llamo Ana", "Ana"),
    ],
)  # fmt: skip
def test_who_says_a_name_is_marked_with_it(text: str, name: str) -> None:
    assert name in marked(text)["name"]


@pytest.mark.parametrize(
    "text",
    [
        "Ich bin Lehrerin", "Was heißt Aufenthaltstitel?", "Das heißt Deutsch lernen", "Frau und Kinder", "meine Familie ist in Syrien",
        "Bir adım daha", "adım adım öğreniyorum", "ilk adım zor", "الأوراق رسمية", "رسمي جدا", "في الموسم", "Namen von Ämtern sind schwer",
        "I am Syrian", "The name of the street", "Я лікар", "Frau Sozialamt ist zu", "Dr. ist weit weg",
    ],
)  # fmt: skip
def test_other_words_about_names_are_not_marked(text: str) -> None:
    assert "name" not in marked(text)


@pytest.mark.parametrize(
    "text", ["DE89 3704 0044 0532 0130 00", "DE89370400440532013000", "Konto: UA213223130000026007233566001"]
)
def test_a_bank_account_is_marked(text: str) -> None:
    assert "iban" in marked(text)


@pytest.mark.parametrize("text", ["AZ 12", "DIN 5008", "B1 B2 C1", "ABC 123 DEF"])
def test_other_letters_with_digits_are_no_bank_account(text: str) -> None:
    assert "iban" not in marked(text)


@pytest.mark.parametrize(
    "text",
    [
        "geboren am 03.04.1990", "geb. 3.4.90", "geboren am dritten März 1990", "am 3. März 1990 in Homs geboren", "born on 3 March 1990",
        "born on the third of March", "Date of birth: 03/04/1990", "doğum tarihim 03.04.1990", "3 Mart 1990 doğumlu, doğum yeri Ankara",
        "народився 3 березня 1990", "дата народження 03.04.1990", "родилась 3 марта 1990", "مواليد 3 آذار 1990", "تاريخ الميلاد ٣/٤/١٩٩٠",
        "γεννήθηκα στις 3 Μαρτίου 1990", "născut la 3 martie 1990", "我1990年3月4日出生",
    ],
)  # fmt: skip
def test_a_date_of_birth_is_marked(text: str) -> None:
    assert "birth_date" in marked(text)


@pytest.mark.parametrize(
    "text",
    [
        "seit 03.04.2020 hier",
        "in Deutschland geboren",
        "Kurs am 3. März",
        "3 Kinder, alle hier geboren",
        "geboren in Syrien",
        "im Mai 2024",
    ],
)
def test_another_date_or_a_birth_without_one_is_not_marked(text: str) -> None:
    assert "birth_date" not in marked(text)


def test_marks_stand_where_the_words_are_and_come_in_order() -> None:
    text = "Ich heiße Maria, Königstraße 5, Tel. 0711 216045, maria@example.org"
    assert [(text[span.start : span.end], span.kind) for span in identifying(text)] == [
        ("Ich heiße Maria", "name"),
        ("Königstraße 5", "address"),
        ("0711 216045", "phone"),
        ("maria@example.org", "email"),
    ]


def test_marks_of_one_kind_that_overlap_are_one() -> None:
    text = "Lange Straße 3"
    assert identifying(text) == (Span("address", 0, len(text)),)


@pytest.mark.parametrize(
    "text",
    [
        "0" * 10_000,
        "ул. " * 2_500,
        "a@" * 5_000,
        "A 1 " * 2_500,
        "geboren " * 1_250,
        "a" * 10_000,
        "A-" * 5_000,
        "1 " * 5_000,
        "My name is " * 900,
        "3. " * 3_000,
        "Am Am " * 1_600,
    ],
)
def test_a_long_text_is_looked_through_quickly(text: str) -> None:
    start = time.monotonic()
    identifying(text)
    assert time.monotonic() - start < 2
