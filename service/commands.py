"""Accounts on the command line: the first administrator comes from here."""

from __future__ import annotations

import click

from form_layouts.errors import CrosscheckError
from service import people
from service.db.migrate import upgrade
from service.passwords import LEAST_LENGTH, check_rules
from service.web.words import gettext_for, word


@click.group()
def users() -> None:
    """Add, list, reset and deactivate the accounts of the people who work with Crosscheck."""


@users.command("add")
@click.argument("name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(people.ROLES),
    help="What the person may do.  Can be given several times.",
)
@click.option(
    "--generate", is_flag=True, help="Make a password, print it once, and ask for a new one at first sign-in."
)
def add_user(name: str, roles: tuple[str, ...], generate: bool) -> None:
    """Add an account.  Without --generate the password is asked for twice."""
    upgrade()
    password = None if generate else _asked(name)
    user, made_up = people.add(name, roles, password)
    click.echo(_text("Account {name} has been added: {roles}.").format(name=user.name, roles=_roles(user.roles)))
    if made_up:
        _show_once(made_up)


@users.command("list")
def list_users() -> None:
    """List all accounts with their roles."""
    upgrade()
    everybody = people.everybody()
    if not everybody:
        click.echo(_text("There is no account yet. Add the first with: crosscheck users add NAME --role administrator"))
        return
    width = max(len(user.name) for user in everybody)
    for user in everybody:
        state = "" if user.active else f"  ({_text('inactive')})"
        click.echo(f"{user.name:<{width}}  {_roles(user.roles)}{state}")


@users.command("reset")
@click.argument("name")
def reset_password(name: str) -> None:
    """Make a new password for NAME and print it once; signs the person out everywhere."""
    upgrade()
    user = people.find(name)
    password = people.reset(user.id)
    click.echo(_text("Account {name} has a new password.").format(name=user.name))
    _show_once(password)


@users.command("deactivate")
@click.argument("name")
def deactivate(name: str) -> None:
    """Nobody can sign in as NAME any more; what NAME did stays."""
    upgrade()
    user = people.find(name)
    people.deactivate(user.id)
    click.echo(_text("Account {name} is deactivated, and signed out everywhere.").format(name=user.name))


def _asked(name: str) -> str:
    """A password typed twice; asked for again until it follows the rules."""
    question = _text("Password (at least {least} characters)").format(least=LEAST_LENGTH)
    while True:
        password: str = click.prompt(
            question,
            hide_input=True,
            confirmation_prompt=_text("Once more"),
        )
        try:
            check_rules(password, people.normal_name(name))
        except CrosscheckError as fault:
            click.echo(fault.sentence(_language()), err=True)
            continue
        return password


def _show_once(password: str) -> None:
    click.echo(_text("The password, shown only now; it must be changed at the first sign-in:"))
    click.echo(f"\n    {password}\n")


def _roles(roles: list[str]) -> str:
    return ", ".join(word("role", role, _language()) for role in roles)


def _text(english: str) -> str:
    return gettext_for(_language())(english)


def _language() -> str:
    """The language of messages, as the door of the command line has found it."""
    return click.get_current_context().obj or "en"
