"""`crosscheck export`: the data of a questionnaire as a file."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from service.db.migrate import upgrade
from service.exports.deliveries import FileFormat, Order, make, remember
from service.exports.read_me import LONG_TABLE

LONG = {
    "en": "More than {n} rows: an Excel file takes minutes to make and to open. --format csv is faster.",
    "de": "Mehr als {n} Zeilen: Eine Excel-Datei braucht Minuten zum Erstellen und Öffnen. --format csv ist schneller.",
}
WRITTEN = {
    "en": "{path}: {cases} cases, {waiting} fields wait. SHA-256 {sha256}",
    "de": "{path}: {cases} Fälle, {waiting} Felder warten. SHA-256 {sha256}",
}


@click.command("export")
@click.argument("questionnaire")
@click.option("--version", "versions", multiple=True, help="A version; several may be named.  All by default.")
@click.option("--labels", default="de", show_default=True, help="Language of the labels.")
@click.option("--format", "file_format", type=click.Choice(["csv", "xlsx"]), default="csv", show_default=True)
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Day that the file bears; today by default.")
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File to write.")
@click.pass_obj
def export(
    language: str | None,
    questionnaire: str,
    versions: tuple[str, ...],
    labels: str,
    file_format: FileFormat,
    day: datetime | None,
    out: Path,
) -> None:
    """Write the answers to QUESTIONNAIRE with their codebook: CSV files in a ZIP, or an Excel file.

    The same data give the same file on the same day.  Each export is noted in the list of deliveries.
    """
    upgrade()
    on = day.date() if day else date.today()
    made = make(Order(questionnaire, versions or None, labels, file_format, on))
    said = language if language in WRITTEN else "en"
    if made.long and file_format == "xlsx":
        click.echo(LONG[said].format(n=LONG_TABLE), err=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(made.data)
    remember(made, None)
    counted = {name: made.content[name] for name in ("cases", "waiting")}
    click.echo(WRITTEN[said].format(path=out, sha256=made.sha256, **counted), err=True)
