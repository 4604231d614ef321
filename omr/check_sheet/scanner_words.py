"""The words of the scanner check, in English and German."""

from __future__ import annotations

import textwrap

from omr.check_sheet.scanner_check import Item, SheetCheck

LABEL_WIDTH = 18
LINE_WIDTH = 100
"""Characters of a line on the terminal."""
Sentence = tuple[str, str]
"""English, German."""

STATES: dict[str, Sentence] = {"good": ("good", "gut"), "note": ("note", "Hinweis"), "change": ("CHANGE", "ÄNDERN")}
COLOURS: dict[str, Sentence] = {
    "colour": ("colour", "Farbe"),
    "grey": ("grey", "Graustufen"),
    "one_bit": ("black and white", "Schwarzweiß"),
}
KINDS: dict[str, tuple[Sentence, Sentence]] = {
    "resolution": (("resolution", "Auflösung"), ("{0:.0f} dpi", "{0:.0f} dpi")),
    "colour": (("colour mode", "Farbmodus"), ("{0}", "{0}")),
    "scale": (("printed size", "Druckgröße"), ("{0:.1%}", "{0:.1%}")),
    "skew": (("straight", "gerade"), ("turned by {0:.1f}°", "um {0:.1f}° gedreht")),
    "stretch": (("feeder", "Einzug"), ("stretched by {0:.1%}", "um {0:.1%} verzerrt")),
    "edges": (("edges", "Ränder"), ("the whole print", "der ganze Druck")),
    "sharpness": (("sharpness", "Schärfe"), ("{0} line pairs per mm", "{0} Linienpaare je mm")),
    "brightness": (
        ("brightness", "Helligkeit"),
        ("paper {0:.0f}, print {1:.0f} of 255", "Papier {0:.0f}, Druck {1:.0f} von 255"),
    ),
    "pale": (("pale strokes", "blasse Striche"), ("kept", "erhalten")),
    "own_pencil": (("pencil cross, A", "Bleistift, A"), ("clear", "deutlich")),
    "own_pen": (("pen cross, B", "Kugelschr., B"), ("clear", "deutlich")),
    "streaks": (("glass", "Glas"), ("no streaks", "keine Streifen")),
    "file": (("file", "Datei"), ("one picture a page", "ein Bild je Seite")),
}
"""Label, and what is said where all is well."""
FOUND: dict[str, Sentence] = {
    "edges": ("{0:.0f} mm of the sheet lie beyond the scan", "{0:.0f} mm des Blatts fehlen auf dem Scan"),
    "pale": ("lost up to {0:.0f} % of ink", "verloren bis {0:.0f} % Farbe"),
    "streaks": ("dark lines: {0:.0f}", "dunkle Streifen: {0:.0f}"),
    "pure_white": ("kept, but the paper is pure white", "erhalten, aber das Papier ist reinweiß"),
    "own_faint": ("hardly to be seen", "kaum zu sehen"),
    "own_none": ("no cross seen", "kein Kreuz zu sehen"),
    "jbig2": ("JBIG2 compression", "JBIG2-Kompression"),
    "layers": ("a PDF of several layers", "ein PDF aus mehreren Ebenen"),
    "compression": ("compressed very strongly", "sehr stark komprimiert"),
}
"""What is said in its place, by kind or by advice."""
ADVICE: dict[str, Sentence] = {
    "resolution": ("Set the resolution of the scan to 300 dpi.", "Stellen Sie die Auflösung des Scans auf 300 dpi."),
    "much_resolution": (
        "300 dpi are enough: the files are smaller and read sooner.",
        "300 dpi genügen: Die Dateien werden kleiner und schneller gelesen.",
    ),
    "not_stated": (
        "The file does not say its resolution rightly, so the printed size cannot be checked. Scan to PDF or TIFF if you can.",
        "Die Datei nennt ihre Auflösung nicht richtig, deshalb lässt sich die Druckgröße nicht prüfen. Scannen Sie wenn möglich als PDF oder TIFF.",
    ),
    "one_bit": (
        "Set the colour mode to greyscale, not to black and white or text.",
        "Stellen Sie den Farbmodus auf Graustufen, nicht auf Schwarzweiß oder Text.",
    ),
    "scale": (
        "Print at 100 % (“actual size”), not “fit to page”. If the sheet's lower ruler is 150 mm long on paper, the print is right: then switch off reduce and enlarge at the scanner.",
        "Drucken Sie mit 100 % („Tatsächliche Größe“), nicht „An Seite anpassen“. Ist das untere Lineal auf dem Papier 150 mm lang, stimmt der Druck: Dann schalten Sie am Scanner Verkleinern und Vergrößern aus.",
    ),
    "skew": (
        "Push the paper guides of the feeder against the sheets, or lay the sheet along the edge of the glass.",
        "Schieben Sie die Papierführungen des Einzugs an die Blätter, oder legen Sie das Blatt an der Glaskante an.",
    ),
    "stretch": (
        "The feeder slips or the print is stretched: have the feeder's rollers cleaned, and print without “fill the page”.",
        "Der Einzug rutscht oder der Druck ist verzerrt: Lassen Sie die Rollen des Einzugs reinigen, und drucken Sie ohne „Seite füllen“.",
    ),
    "edges": (
        "Set the paper size of the scan to A4 and the whole page; switch off “erase edges”.",
        "Stellen Sie als Papiergröße des Scans A4 und die ganze Seite ein; schalten Sie „Ränder löschen“ aus.",
    ),
    "blur": (
        "The scan is blurred: clean the glass, lay the sheet flat, and set the resolution to 300 dpi and the sharpness to its middle.",
        "Der Scan ist unscharf: Reinigen Sie das Glas, legen Sie das Blatt glatt auf, und stellen Sie die Auflösung auf 300 dpi und die Schärfe auf die Mitte.",
    ),
    "dark": (
        "The paper is dark: set the brightness (exposure) lighter.",
        "Das Papier ist dunkel: Stellen Sie die Helligkeit (Belichtung) heller.",
    ),
    "toner": (
        "Black is printed pale: change the printer's toner and switch off its saving mode. If the print is black on paper, set the scan darker.",
        "Schwarz ist blass gedruckt: Wechseln Sie den Toner des Druckers und schalten Sie seinen Sparmodus aus. Ist der Druck auf dem Papier schwarz, stellen Sie den Scan dunkler.",
    ),
    "contrast": (
        "Print and paper hardly differ: set brightness and contrast of the scan to their middle.",
        "Druck und Papier unterscheiden sich kaum: Stellen Sie Helligkeit und Kontrast des Scans auf die Mitte.",
    ),
    "pale": (
        "Switch off background removal and automatic exposure; original type “photo” or “text and photo”, not “text”. Pencil and pale pens are lost otherwise.",
        "Schalten Sie Hintergrundentfernung und automatische Belichtung aus; Vorlagenart „Foto“ oder „Text und Foto“, nicht „Text“. Sonst gehen Bleistift und helle Stifte verloren.",
    ),
    "pale_one_bit": (
        "Black and white loses them: set greyscale.",
        "Schwarzweiß verliert sie: Stellen Sie Graustufen ein.",
    ),
    "pure_white": (
        "Background removal or automatic exposure may be on. See whether your pencil cross in box A is clear; if not, switch them off.",
        "Vielleicht ist die Hintergrundentfernung oder automatische Belichtung an. Achten Sie darauf, ob Ihr Bleistiftkreuz in Feld A deutlich ist; wenn nicht, schalten Sie sie aus.",
    ),
    "own_faint": (
        "Switch off background removal, set the scan a step darker, and ask people for a ball pen.",
        "Schalten Sie die Hintergrundentfernung aus, stellen Sie den Scan eine Stufe dunkler, und lassen Sie mit Kugelschreiber ausfüllen.",
    ),
    "own_none": (
        "If you made one, the scan has lost it: switch off background removal and automatic exposure.",
        "Haben Sie eines gemacht, hat der Scan es verloren: Schalten Sie Hintergrundentfernung und automatische Belichtung aus.",
    ),
    "streaks": (
        "Clean the glass, and the narrow strip of glass beside it that the feeder scans through.",
        "Reinigen Sie das Glas und den schmalen Glasstreifen daneben, durch den der Einzug scannt.",
    ),
    "jbig2": (
        "Choose another PDF compression (JPEG, or “standard”): JBIG2 can swap a ticked box for an empty one.",
        "Wählen Sie eine andere PDF-Kompression (JPEG oder „Standard“): JBIG2 kann ein angekreuztes Feld gegen ein leeres vertauschen.",
    ),
    "layers": (
        "Switch off “compact PDF” or “high compression”: it tears faint strokes from the page.",
        "Schalten Sie „Kompakt-PDF“ oder „Hohe Kompression“ aus: Sie reißt schwache Striche aus der Seite.",
    ),
    "compression": (
        "Set the quality of the file higher, or its compression lower.",
        "Stellen Sie die Qualität der Datei höher oder ihre Kompression niedriger.",
    ),
}


def summary(check: SheetCheck, language: str) -> str:
    """The scan in one line: `300 dpi, grey, 99.4 %, good`."""
    scale = [] if check.scale is None else [_filled("{0:.1%}", (check.scale,), language)]
    end = _verdict(check.changes, language)
    return ", ".join([f"{check.dpi} dpi", _say(COLOURS[check.colour], language), *scale, end])


def lines(check: SheetCheck, language: str) -> list[str]:
    """Every thing checked, with what to do below it."""
    wide = max(len(_say(state, language)) for state in STATES.values())
    said: list[str] = []
    for item in check.items:
        state = _say(STATES[item.state], language)
        label = _say(KINDS[item.kind][0], language)
        said.append(f"  {state:{wide}}  {label:{LABEL_WIDTH}}{_found(item, language)}")
        if item.advice is not None:
            indent = " " * (wide + 4)
            advice = _say(ADVICE[item.advice], language)
            said += textwrap.wrap(advice, LINE_WIDTH, initial_indent=f"{indent}→ ", subsequent_indent=f"{indent}  ")
    return said


def _verdict(changes: int, language: str) -> str:
    if not changes:
        return _say(("good", "gut"), language)
    if changes == 1:
        return _say(("1 thing to change", "1 Einstellung zu ändern"), language)
    return _say((f"{changes} things to change", f"{changes} Einstellungen zu ändern"), language)


def _found(item: Item, language: str) -> str:
    said = KINDS[item.kind][1] if item.state == "good" else FOUND.get(item.advice or "") or FOUND.get(item.kind)
    values = tuple(_say(COLOURS[value], language) if isinstance(value, str) else value for value in item.value)
    return _filled(_say(said or KINDS[item.kind][1], language), values, language)


def _filled(text: str, values: tuple[float | str, ...], language: str) -> str:
    """The sentence with its values; a German number has a comma, and a space stands before the percent sign."""
    filled = text.format(*values)
    for digit in "0123456789":
        filled = filled.replace(f"{digit}%", f"{digit} %")
        if language == "de":
            filled = filled.replace(f".{digit}", f",{digit}")
    return filled


def _say(sentence: Sentence, language: str) -> str:
    return sentence[language == "de"]
