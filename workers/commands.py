"""`crosscheck serve`: the whole service on one machine."""

from __future__ import annotations

import subprocess
import sys

import click
from sqlalchemy import func, select

from form_layouts.catalogue import EXAMPLES
from service import forms, people, queue
from service.db.migrate import upgrade
from service.db.models import User, Version
from service.db.session import looking
from service.passwords import fits, made_up
from service.settings import Settings, settings
from workers.demo import DEMO_LOADED
from workers.supervisor import Supervisor

DEMO_USER = "demo"
_WORDS = {
    "open": ("Crosscheck is running: {url}", "Crosscheck läuft: {url}"),
    "demo": (
        "Sign in as {name} with the password {password}",
        "Melden Sie sich an als {name} mit dem Kennwort {password}",
    ),
    "reset": (
        "Sign in as {name}; a new password: crosscheck users reset {name}",
        "Melden Sie sich an als {name}; ein neues Kennwort: crosscheck users reset {name}",
    ),
    "first": (
        "Nobody can sign in yet: crosscheck users add NAME --role administrator",
        "Noch kann sich niemand anmelden: crosscheck users add NAME --role administrator",
    ),
    "batch": (
        "A demo batch is being filled in and scanned; it appears under Batches within a minute.",
        "Ein Probestapel wird ausgefüllt und gescannt; er erscheint in einer Minute unter Stapel.",
    ),
    "stop": ("Ctrl+C stops it. Your data: {data}", "Strg+C beendet es. Ihre Daten: {data}"),
}


@click.command("serve")
@click.option("--demo", is_flag=True, help="At the first start: an account and a test batch of simulated scans.")
@click.option("--messages", type=click.Choice(["de", "en"]), hidden=True)
@click.pass_context
def serve(ctx: click.Context, demo: bool, messages: str | None) -> None:
    """Run web, worker and scheduler until stopped.  Settings come from CROSSCHECK_... variables."""
    chosen = settings()
    language = messages or ctx.obj

    def say(what: str, **details: object) -> None:
        click.echo(_WORDS[what][language == "de"].format(**details))

    prepare(chosen)
    password = _demo_password(chosen) if demo else None

    def ready() -> None:
        say("open", url=f"http://{chosen.host}:{chosen.port}")
        if not demo:
            if not _count(User):
                say("first")
        elif password:
            say("demo", name=DEMO_USER, password=password)
        else:
            say("reset", name=DEMO_USER)
        if demo and not (chosen.data / DEMO_LOADED).exists():
            say("batch")
            subprocess.Popen([sys.executable, "-m", "workers.demo"])
        say("stop", data=chosen.data)
        sys.stdout.flush()

    Supervisor(chosen).run(ready)


@click.command("prepare")
def prepare_command() -> None:
    """Make or change the tables, and publish the questionnaire that ships.  `serve` does this by itself."""
    prepare(settings())


def prepare(chosen: Settings) -> None:
    """Folders, tables, and at the first start the questionnaire that ships."""
    chosen.make_data_folder()
    upgrade()
    queue.prepare_broker()
    if not _count(Version):
        for folder in sorted((EXAMPLES / "arrival-needs").iterdir()):
            forms.publish(folder)


def _demo_password(chosen: Settings) -> str | None:
    """The password of the demo account, kept beside its data for as long as it is the right one."""
    kept = chosen.data / "demo-password"
    if not _count(User):
        kept.touch(mode=0o600)
        kept.write_text(made_up(), encoding="utf-8")
        people.add(DEMO_USER, people.ROLES, kept.read_text(encoding="utf-8"))
    password = kept.read_text(encoding="utf-8") if kept.exists() else None
    with looking() as session:
        user = session.scalars(select(User).where(User.name == DEMO_USER)).one_or_none()
    return password if password and user and fits(password, user.password_hash) else None


def _count(kind: type[User] | type[Version]) -> int:
    with looking() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0
