"""Why a file or a page cannot be read: a closed list, each with its sentence for the person who put it on the scanner."""

from __future__ import annotations

from typing import ClassVar

from form_layouts.errors import CrosscheckError


class UnusableFile(CrosscheckError):
    """A whole file that gives no page."""

    reason: ClassVar[str]


class NotAnImage(UnusableFile):
    reason = "not_an_image"
    en = "{file} is no scan: neither PDF, TIFF, JPEG, PNG, HEIC nor AVIF. Nothing was lost; scan or export it again as one of these."
    de = "{file} ist kein Scan: weder PDF noch TIFF, JPEG, PNG, HEIC oder AVIF. Es ging nichts verloren; scannen oder exportieren Sie es neu in einem dieser Formate."


class EmptyFile(UnusableFile):
    reason = "empty_file"
    en = "{file} is empty. Copy or scan it again."
    de = "{file} ist leer. Kopieren oder scannen Sie die Datei noch einmal."


class NoSuchFile(UnusableFile):
    reason = "no_such_file"
    en = "There is no file {file}. Check the name."
    de = "Es gibt keine Datei {file}. Prüfen Sie den Namen."


class EncryptedPdf(UnusableFile):
    reason = "encrypted_pdf"
    en = "{file} is protected with a password. Save it without one and read it again."
    de = "{file} ist mit einem Kennwort geschützt. Speichern Sie die Datei ohne Kennwort und lesen Sie sie noch einmal ein."


class ActiveContent(UnusableFile):
    reason = "active_content"
    en = "{file} holds more than scanned pages ({found}): scripts, or files within the file. It was not read. Print it to a new PDF, or scan the paper."
    de = "{file} enthält mehr als gescannte Seiten ({found}): Skripte oder Dateien in der Datei. Sie wurde nicht gelesen. Drucken Sie sie in ein neues PDF oder scannen Sie das Papier."


class DamagedFile(UnusableFile):
    reason = "damaged_file"
    en = "{file} is damaged: no page in it can be opened. Scan these sheets again, or copy the file again from the scanner."
    de = "{file} ist beschädigt: Keine Seite darin lässt sich öffnen. Scannen Sie diese Blätter neu oder kopieren Sie die Datei noch einmal vom Scanner."


class TooManyPages(UnusableFile):
    reason = "too_many_pages"
    en = "{file} has {pages} pages; at most {limit} are read from one file. Split the pile."
    de = "{file} hat {pages} Seiten; aus einer Datei werden höchstens {limit} gelesen. Teilen Sie den Stapel."


class RejectedPage(CrosscheckError):
    """A page that is kept and shown but not read."""

    reason: ClassVar[str]


class BlankUnusable(CrosscheckError):
    en = "The blank form {path} cannot be used: {problem_en}. Mend the form folder."
    de = "Die leere Vorlage {path} ist nicht brauchbar: {problem_de}. Berichtigen Sie den Formularordner."


class DamagedPage(RejectedPage):
    reason = "damaged_page"
    en = "This page of the file is damaged and cannot be opened. The other pages were read; scan this sheet again, and those after it if the file ends here."
    de = "Diese Seite der Datei ist beschädigt und lässt sich nicht öffnen. Die anderen Seiten wurden gelesen; scannen Sie dieses Blatt neu, und auch die folgenden, falls die Datei hier endet."


class Unreadable(RejectedPage):
    reason = "decoding_stopped"
    en = "Opening {file} took too long or too much memory and was stopped. It is kept. Scan these sheets again, at 300 dpi in grey; if it happens again, report it."
    de = "Das Öffnen von {file} dauerte zu lange oder brauchte zu viel Speicher und wurde angehalten. Die Datei bleibt erhalten. Scannen Sie diese Blätter neu, mit 300 dpi in Graustufen; geschieht es wieder, melden Sie es."


class GaveUp(RejectedPage):
    reason = "gave_up"
    en = "Reading this stopped the program {times} times, so it was set aside. It is kept. Please report it; meanwhile scan the sheet again."
    de = "Das Lesen hat das Programm {times} Mal angehalten, deshalb wurde es beiseitegelegt. Es bleibt erhalten. Bitte melden Sie es; scannen Sie das Blatt inzwischen neu."


class PageTooLarge(RejectedPage):
    reason = "page_too_large"
    en = "This page has {megapixels} million pixels; at most {limit} are read. Scan it at 300 dpi."
    de = "Diese Seite hat {megapixels} Millionen Pixel; höchstens {limit} werden gelesen. Scannen Sie sie mit 300 dpi."


class PageTooSmall(RejectedPage):
    reason = "page_too_small"
    en = "This page has only {width} x {height} pixels: too few for a sheet. Scan it at 300 dpi; if it is no sheet, take it out of the pile."
    de = "Diese Seite hat nur {width} x {height} Pixel: zu wenig für ein Blatt. Scannen Sie sie mit 300 dpi; ist es kein Blatt, nehmen Sie sie aus dem Stapel."


class CoverFound(Exception):
    """The page is a cover sheet: no form and no fault."""


class NoFormFound(RejectedPage):
    reason = "no_form_found"
    en = "No known form was found on this page: no corner markers, no page code, no known blank. If it belongs to a form, scan it again flat and whole; if it does not, take it out of the pile."
    de = "Auf dieser Seite ist kein bekanntes Formular zu finden: keine Passmarken, kein Seitencode, kein bekannter Vordruck. Gehört sie zu einem Formular, scannen Sie sie noch einmal glatt und ganz; sonst nehmen Sie sie aus dem Stapel."


class MarkersMissing(RejectedPage):
    reason = "corner_markers_missing"
    en = "{count} of 4 corner markers of this page can be seen: too few to tell how it lies. Is a corner torn, folded or cut off? Smooth the sheet and scan it again whole."
    de = "Von den 4 Passmarken dieser Seite sind {count} zu sehen: zu wenige, um ihre Lage zu bestimmen. Ist eine Ecke abgerissen, geknickt oder abgeschnitten? Streichen Sie das Blatt glatt und scannen Sie es noch einmal ganz."


class CodeUnreadable(RejectedPage):
    reason = "page_code_unreadable"
    en = "This is one of our forms, but neither of its page codes can be read. Scan it again at 300 dpi; clean the scanner's glass."
    de = "Das ist eines unserer Formulare, aber keiner der beiden Seitencodes ist lesbar. Scannen Sie die Seite noch einmal mit 300 dpi; reinigen Sie das Glas des Scanners."


class CodesDisagree(RejectedPage):
    reason = "page_codes_disagree"
    en = "The two page codes of this page name different pages ({codes}). Do two sheets lie on top of each other? Scan them one by one."
    de = "Die beiden Seitencodes dieser Seite nennen verschiedene Seiten ({codes}). Liegen zwei Blätter übereinander? Scannen Sie sie einzeln."


class UnknownEdition(RejectedPage):
    reason = "unknown_edition"
    en = "This page is '{questionnaire}' version {version}, edition {edition}, language {language}; that form is not known here. Add its form folder (crosscheck read --forms, or crosscheck forms publish) and read the page again."
    de = "Diese Seite gehört zu „{questionnaire}“, Fassung {version}, Druckstand {edition}, Sprache {language}; dieses Formular ist hier nicht bekannt. Geben Sie seinen Formularordner an (crosscheck read --forms oder crosscheck forms publish) und lesen Sie die Seite noch einmal."


class OtherPositions(RejectedPage):
    reason = "edition_with_other_positions"
    en = "This page is '{questionnaire}' version {version}, edition {edition}, language {language}, but printed with other positions (check {check}) than the layout known here. Whoever looks after the forms has the layout that was written when it was printed (crosscheck read --forms FOLDER)."
    de = "Diese Seite gehört zu „{questionnaire}“, Fassung {version}, Druckstand {edition}, Sprache {language}, wurde aber mit anderen Positionen gedruckt (Prüfzeichen {check}) als im hier bekannten Layout. Wer die Formulare betreut, hat das Layout, das beim Drucken geschrieben wurde (crosscheck read --forms ORDNER)."


class SeveralFormsMatch(RejectedPage):
    reason = "several_forms_match"
    en = "This page looks like more than one known form ({forms}). Read it with only the right form's folder (--forms), or print a code on the forms."
    de = "Diese Seite sieht aus wie mehr als ein bekanntes Formular ({forms}). Lesen Sie sie nur mit dem Ordner des richtigen Formulars (--forms), oder drucken Sie einen Code auf die Formulare."


class ReaderFault(RejectedPage):
    reason = "internal_error"
    en = "Reading this page failed through a fault of the program ({fault}). The page is kept; please report this with the page's picture."
    de = "Das Lesen dieser Seite ist an einem Programmfehler gescheitert ({fault}). Die Seite bleibt erhalten; bitte melden Sie es mit dem Bild der Seite."


class PoorRegistration(RejectedPage):
    reason = "fields_not_found"
    en = "The fields of this page are not where they should be ({found} of {total} found). Is the sheet crumpled, or the photo crooked? Scan it flat."
    de = "Die Felder dieser Seite sind nicht dort, wo sie sein sollten ({found} von {total} gefunden). Ist das Blatt zerknittert oder das Foto schief? Scannen Sie es glatt."
