"""The files that others build on, held fixed; and the documents, held against the code."""

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import get_args

import click
import pytest
from pydantic import TypeAdapter

from cli import main
from form_layouts.errors import CrosscheckError
from form_layouts.form_folder import load_form_folder
from form_layouts.layout import Fields, read_layout, write_layout
from form_layouts.located_yaml import load_yaml
from form_layouts.questionnaire import FormPhrases, Question, Questionnaire, Wording
from omr.errors import RejectedPage, UnusableFile
from omr.reading import Line, Reason, State, Submission
from tests.contract_schemas import CONTRACTS, schema_path, schema_text

ROOT = Path(__file__).parent.parent
EXAMPLES = Path(__file__).with_name("contracts")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def _table(document: str, heading: str) -> set[str]:
    """What stands in code quotes in the first column of the tables below a heading."""
    text = (ROOT / document).read_text(encoding="utf-8")
    section = re.split(r"^#+ .*$", text.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    first = [line.split("|")[1] for line in section.splitlines() if line.startswith("|")]
    return {word for cell in first for word in re.findall(r"`([^`]+)`", cell)}


def _classes(base: type[CrosscheckError]) -> Iterator[type[CrosscheckError]]:
    """Every error class of the program below this one; those that tests make up are left out."""
    for error in base.__subclasses__():
        if error.__module__.split(".")[0] != "tests":
            yield error
        yield from _classes(error)


# ---- the contracts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_committed_schema_is_what_the_models_say_now(contract: str) -> None:
    """Where it differs: .venv/bin/python script/schemas, and look at what changed for those who build on it."""
    assert schema_path(contract).read_text(encoding="utf-8") == schema_text(contract)


def test_the_form_folder_of_the_contract_passes_every_check(tmp_path: Path) -> None:
    for language in ("de", "en"):
        shutil.copy(EXAMPLES / "text.en.yaml", tmp_path / f"text.{language}.yaml")
    shutil.copy(EXAMPLES / "fields.en.yaml", tmp_path)
    shutil.copy(EXAMPLES / "questionnaire.yaml", tmp_path)
    (tmp_path / "blank.en.png").touch()
    form = load_form_folder(tmp_path)
    assert form.languages == ("de", "en")
    assert {question.kind for question in form.questionnaire.questions} == set(
        get_args(Question.model_fields["kind"].annotation)
    )
    assert [variable for question in form.questionnaire.questions for variable in question.variables] == [
        "housing", "housing_other", "needs_1", "needs_2", "offices_jobcenter", "household", "arrived", "birth_country",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "model"),
    [("questionnaire.yaml", Questionnaire), ("text.en.yaml", Wording), ("fields.en.yaml", Fields)],
)
def test_nothing_that_a_person_wrote_is_lost_in_the_models(
    name: str, model: type[Questionnaire] | type[Wording] | type[Fields]
) -> None:
    written = load_yaml(EXAMPLES / name).values
    kept = model.model_validate(written).model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert kept == written


def test_the_layout_of_the_contract_is_read_and_written_unchanged(tmp_path: Path) -> None:
    layout = read_layout(EXAMPLES / "layout.json")
    write_layout(layout, tmp_path / "layout.json")
    assert (tmp_path / "layout.json").read_bytes() == (EXAMPLES / "layout.json").read_bytes()
    assert len(layout.pages) == 1
    assert {name for name, _ in layout.question_pages()} == set(
        Wording.model_validate(load_yaml(EXAMPLES / "text.en.yaml").values).questions
    )


def test_the_reading_lines_of_the_contract_are_read_and_written_unchanged() -> None:
    adapter: TypeAdapter[Line] = TypeAdapter(Line)
    kinds = set()
    states: set[str] = set()
    for text in (EXAMPLES / "reading.jsonl").read_text(encoding="utf-8").splitlines():
        line = adapter.validate_json(text)
        assert json.dumps(line.model_dump(mode="json", by_alias=True), ensure_ascii=False) == text
        kinds.add(line.kind)
        if isinstance(line, Submission):
            states |= {state for boxes in line.marks.values() for state, _ in boxes.values()}
            assert all(answer.accepted == (answer.value is not None) for answer in line.answers.values())
    assert kinds == {"submission", "rejected", "blank", "cover"}
    assert states == set(get_args(State))


# ---- the commands in the documents ------------------------------------------------------------------------------


def _commands_in(document: Path) -> Iterator[str]:
    """Every command line of `crosscheck` in a document: in its code blocks, and in code quotes."""
    text = document.read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    for line in [line for block in blocks for line in block.replace("\\\n", " ").splitlines()] + inline:
        if re.match(r"(\.venv/bin/)?crosscheck\b", line):
            yield line


def _leaves(command: click.Command = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name."""
    if isinstance(command, click.Group):
        for name, member in command.commands.items():
            yield from _leaves(member, (*path, name))
    else:
        yield " ".join(path), command


def _options(command: click.Command) -> set[str]:
    return {"--help", *(opt for p in command.params if isinstance(p, click.Option) for opt in p.opts)}


def _unknown(line: str) -> list[str]:
    """Words of a command line that name no command or option."""
    command: click.Command = main
    wrong = []
    for word in shlex.split(line, comments=True)[1:]:
        if word.startswith("-"):
            option = word.split("=")[0]
            wrong += [option] if option not in _options(command) else []
        elif isinstance(command, click.Group) and word in command.commands:
            command = command.commands[word]
        elif isinstance(command, click.Group) and word not in ("de", "en"):  # values of --messages
            wrong.append(word)
    return wrong


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_and_option_named_in_a_document_exists(document: Path) -> None:
    known = _options(main).union(*(_options(command) for _, command in _leaves()))
    named = re.findall(r"`(--[a-z-]+)", document.read_text(encoding="utf-8"))
    assert [word for word in named if word not in known] == []
    assert {line: wrong for line in _commands_in(document) if (wrong := _unknown(line))} == {}


def test_an_invented_command_or_option_would_be_noticed() -> None:
    assert _unknown(".venv/bin/crosscheck forms invent x") == ["invent", "x"]
    assert _unknown("crosscheck read a.pdf --fast -o x") == ["--fast"]


def test_the_readme_shows_every_command_and_every_option() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = list(_commands_in(ROOT / "README.md"))
    for name, command in _leaves():
        assert any(f"crosscheck {name}" in line for line in shown), name
        options = [option for option in command.params if isinstance(option, click.Option)]
        assert [option.name for option in options if not any(opt in text for opt in option.opts)] == [], name


def test_every_file_that_a_document_points_to_exists() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"`((?:omr|form_layouts|script|simulation)/[a-z_./]+)`", readme):
        assert (ROOT / target).exists() or target == "script/server", target


# ---- closed lists and sentences ---------------------------------------------------------------------------------


def test_every_reason_is_described() -> None:
    assert _table("docs/reading.md", "Reasons") == set(get_args(Reason))
    assert _table("docs/reading.md", "Marks") == set(get_args(State))


def test_every_reason_of_a_rejected_page_or_file_is_described() -> None:
    pages = {error.reason for error in _classes(RejectedPage) if issubclass(error, RejectedPage)}
    files = {error.reason for error in _classes(UnusableFile) if issubclass(error, UnusableFile)}
    assert _table("docs/reading.md", "Rejected pages") == pages
    assert _table("docs/reading.md", "Files that do not open") == files


def test_every_finding_is_described() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "omr").rglob("*.py")))
    assert _table("docs/reading.md", "Findings") == set(re.findall(r"Finding\(\s*kind=\"(\w+)\"", source))


def test_every_key_of_a_form_folder_is_described() -> None:
    text = (ROOT / "docs" / "form-folder.md").read_text(encoding="utf-8")
    fields = [
        (field.alias or name)
        for model in (Questionnaire, Question, Wording, FormPhrases, Fields)
        for name, field in model.model_fields.items()
    ]
    assert [name for name in fields if f"`{name}`" not in text] == []


def test_every_fault_has_an_english_and_a_german_sentence_with_the_same_details() -> None:
    errors = [error for error in _classes(CrosscheckError) if "en" in vars(error) or "de" in vars(error)]
    assert len(errors) > 20
    for error in errors:
        details = [
            {re.sub(r"_(en|de)$", "", name) for _, name, _, _ in Formatter().parse(sentence) if name}
            for sentence in (error.en, error.de)
        ]
        assert details[0] == details[1], error.__name__
        assert error.en != error.de or error.__name__ == "FormFolderError", error.__name__
