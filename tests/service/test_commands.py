"""Accounts from the command line."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner, Result

from service import people, sessions
from service.commands import users

pytestmark = pytest.mark.usefixtures("clean_settings")
PASSWORD = "a sentence only I know"


def _run(*arguments: str, typed: str = "", language: str | None = None) -> Result:
    return CliRunner().invoke(users, arguments, input=typed, obj=language)


def test_the_first_administrator_is_added_to_an_empty_data_folder() -> None:
    done = _run("add", "Anna", "--role", "administrator", "--role", "lead", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert done.exit_code == 0, done.output
    assert PASSWORD not in done.output
    user = sessions.sign_in("anna", PASSWORD, "here")
    assert user.roles == ["lead", "administrator"]
    assert not user.must_change_password


def test_a_bad_password_is_asked_for_again() -> None:
    done = _run("add", "anna", "--role", "administrator", typed=f"short\nshort\n{PASSWORD}\n{PASSWORD}\n")
    assert "at least 12 characters" in done.output
    assert sessions.sign_in("anna", PASSWORD, "here").name == "anna"


def test_a_generated_password_is_printed_once_and_must_be_changed() -> None:
    done = _run("add", "anna", "--role", "office", "--generate")
    printed = re.findall(r"^    (\S+)$", done.output, re.MULTILINE)
    assert len(printed) == 1
    assert sessions.sign_in("anna", printed[0], "here").must_change_password


def test_an_unknown_role_is_refused() -> None:
    done = _run("add", "anna", "--role", "king", "--generate")
    assert done.exit_code == 2
    assert "no account yet" in _run("list").output


def test_the_list_shows_names_roles_and_who_is_inactive() -> None:
    assert "no account yet" in _run("list").output
    for name, role in (("anna", "administrator"), ("berta", "reviewer")):
        _run("add", name, "--role", role, "--generate")
    assert _run("deactivate", "berta").exit_code == 0
    assert _run("list", language="de").output.splitlines() == ["anna   Verwaltung", "berta  Prüfung  (stillgelegt)"]


def test_a_reset_password_replaces_the_old_one() -> None:
    _run("add", "anna", "--role", "administrator", typed=f"{PASSWORD}\n{PASSWORD}\n")
    done = _run("reset", "anna", language="de")
    assert "neues Kennwort" in done.output
    with pytest.raises(sessions.SignInFailed):
        sessions.sign_in("anna", PASSWORD, "here")


def test_faults_come_with_their_sentence() -> None:
    _run("add", "anna", "--role", "administrator", "--generate")
    assert isinstance(_run("reset", "nobody").exception, people.NoSuchUser)
    assert isinstance(_run("deactivate", "anna").exception, people.LastAdministrator)
    assert isinstance(_run("add", "anna", "--role", "office", "--generate").exception, people.NameTaken)
