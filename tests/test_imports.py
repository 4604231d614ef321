"""The house's rule: imports point down, never up, never in a circle."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
FLOORS = {"form_layouts": 0, "omr": 1, "simulation": 1, "service": 2, "workers": 3, "cli": 4}
PROGRAM = [p for name in FLOORS for p in (ROOT / f"{name}.py", *sorted((ROOT / name).rglob("*.py"))) if p.is_file()]


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names.add(node.module or "")
    return names


def test_every_import_points_down_a_floor_or_stays_in_its_room() -> None:
    assert len(PROGRAM) > 20
    wrong = []
    for path in PROGRAM:
        own = path.relative_to(ROOT).parts[0].removesuffix(".py")
        for name in _imports(path):
            room = name.split(".")[0]
            if room in FLOORS and room != own and FLOORS[room] >= FLOORS[own]:
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert wrong == []


def test_no_circle_of_files() -> None:
    modules = {".".join(p.relative_to(ROOT).with_suffix("").parts): p for p in PROGRAM}
    below = {name: {i for i in _imports(path) if i in modules} for name, path in modules.items()}
    while free := {name for name, imports in below.items() if not imports}:
        below = {name: imports - free for name, imports in below.items() if name not in free}
    assert below == {}


def test_a_file_has_one_purpose_and_at_most_400_lines() -> None:
    files = [*PROGRAM, *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
    assert [str(p) for p in files if len(p.read_text(encoding="utf-8").splitlines()) > 400] == []


def test_every_init_file_is_empty() -> None:
    assert [str(p) for p in PROGRAM if p.name == "__init__.py" and p.stat().st_size] == []


def test_the_reader_knows_no_environment_variable() -> None:
    assert [str(p) for p in PROGRAM if p.parts[-2] in ("omr", "form_layouts") and "environ" in p.read_text()] == []
