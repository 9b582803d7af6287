"""Who may import whom: a room knows those below it, and never one above."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from support.replay import PROJECT

PAYLOADS = {"api_export.errors", "api_export.payloads"}
MARTS = PAYLOADS | {"api_export.marts_file", "api_export.marts"}
LOOKUPS = MARTS | {"api_export.explanations"}
DESCRIPTIONS = MARTS | {"api_export.descriptions"}
EXPORT = DESCRIPTIONS | {
    *("api_export.fsync", "api_export.export"),
    *("api_export.page", "api_export.summary"),
}
PUBLISHED = EXPORT | {"api_export.additions"}
GROUND = {
    "orchestration.errors",
    "orchestration.installation",
    "orchestration.redaction",
    "orchestration.source_urls",
    "orchestration.yaml_files",
}
SETTINGS = GROUND | {"orchestration.settings"}
WORKSPACE = SETTINGS | {"orchestration.workspace"}
SOURCES = SETTINGS | {"orchestration.sources"}
DEPLOYMENT = WORKSPACE | SOURCES | {"orchestration.deployment"}
BUILT = DEPLOYMENT | {"orchestration.pull", "orchestration.transform"}
TOLD = BUILT | {"orchestration.quality", "orchestration.alerts"}

MAY_IMPORT = {
    "api_export.errors": set(),
    "api_export.fsync": set(),
    "api_export.payloads": PAYLOADS,
    "api_export.page": {"api_export.payloads", "api_export.page"},
    "api_export.marts_file": set(),
    "api_export.marts": MARTS,
    "api_export.descriptions": MARTS,
    "api_export.explanations": MARTS,
    "api_export.summary": MARTS | {"api_export.summary"},
    "api_export.export": EXPORT,
    "api_export.additions": PUBLISHED,
    "api_export.server": PUBLISHED | LOOKUPS | {"api_export.server"},
    "orchestration.errors": {"api_export.errors"},
    "orchestration.redaction": set(),
    "orchestration.installation": {"orchestration.errors"},
    "orchestration.source_urls": {"orchestration.errors", "orchestration.redaction"},
    "orchestration.yaml_files": {"orchestration.errors"},
    "orchestration.settings": PAYLOADS | GROUND,
    "orchestration.workspace": PUBLISHED | WORKSPACE,
    "orchestration.sources": PAYLOADS | SOURCES,
    "orchestration.deployment": SOURCES | WORKSPACE,
    "orchestration.pull": EXPORT | SOURCES | WORKSPACE | {"orchestration.pull"},
    "orchestration.forecasting": {"orchestration.forecasting"},
    "orchestration.transform": PAYLOADS
    | DEPLOYMENT
    | {"orchestration.forecasting", "orchestration.transform"},
    "orchestration.quality": PUBLISHED | BUILT | {"orchestration.quality"},
    "orchestration.alerts": DEPLOYMENT,
    "orchestration.pipeline": PUBLISHED | TOLD | {"orchestration.pipeline"},
    "orchestration.definitions": {
        "orchestration.deployment",
        "orchestration.pipeline",
        "orchestration.settings",
    },
    "orchestration.cli": PUBLISHED
    | LOOKUPS
    | TOLD
    | {"orchestration.pipeline", "orchestration.cli", "api_export.server"},
}
"""The rooms by their names, from the ground up; a package may import itself where it is listed."""
TOOLS = {
    "dagster": {"orchestration.pipeline", "orchestration.definitions"},
    "dagster_dbt": {"orchestration.pipeline"},
    "dagster_shared": {"orchestration.pipeline"},
    "dbt": {"orchestration.transform"},
    "fastapi": {"api_export.server"},
    "starlette": {"api_export.server"},
    "uvicorn": {"api_export.server", "orchestration.cli"},
    "click": {"orchestration.cli"},
    "rich": {"orchestration.cli"},
    "statsmodels": {"orchestration.forecasting"},
    "subprocess": {"orchestration.forecasting", "orchestration.transform", "api_export.page"},
}
"""Who alone imports a tool."""
LONGEST = 300
FILES = sorted(
    path for root in ("api_export", "orchestration") for path in (PROJECT / root).rglob("*.py")
)


def module_of(path: Path) -> str:
    """The dotted name of a file."""
    return ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path) -> Iterator[str]:
    """The dotted names that a file imports, wherever it does."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(module: str) -> str | None:
    """The room that a module lies in; none outside, and for a package as a whole."""
    parts = module.split(".")
    name = ".".join(parts[:2])
    return name if name in MAY_IMPORT else None


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_a_room_imports_only_those_below_it(path: Path) -> None:
    module = module_of(path)
    room = room_of(module)
    if room is None:
        assert module in ("api_export", "orchestration"), f"{module} belongs to no room"
        room = module
    others = {other for name in imports_of(path) if (other := room_of(name))}
    assert others <= MAY_IMPORT.get(room, set())
    tools = {name.partition(".")[0] for name in imports_of(path)} & TOOLS.keys()
    assert {tool for tool in tools if room not in TOOLS[tool]} == set()


def test_no_modules_import_each_other_in_a_circle() -> None:
    modules = {module_of(path): path for path in FILES}
    graph = {
        name: {
            imported
            for imported in imports_of(path)
            if imported in modules and imported != name and modules[imported].name != "__init__.py"
        }
        for name, path in modules.items()
    }
    assert len(list(TopologicalSorter(graph).static_order())) >= len(modules)


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_a_long_file_gives_its_reason(path: Path) -> None:
    text = path.read_text()
    docstring = ast.get_docstring(ast.parse(text)) or ""
    assert docstring, "say what belongs here"
    assert len(text.splitlines()) <= LONGEST or "long because" in docstring.lower()


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_nothing_happens_at_import(path: Path) -> None:
    """Of calls, a module makes at most those that build its own constants, and reads nothing."""
    calls = {
        ast.unparse(call.func)
        for statement in ast.parse(path.read_text()).body
        if isinstance(
            statement, ast.Expr | ast.Assign | ast.AnnAssign | ast.If | ast.For | ast.With
        )
        for call in ast.walk(statement)
        if isinstance(call, ast.Call)
    }
    reading = {"open", "os.getenv", "os.environ.get", "load_settings", "Path.cwd", "Path.home"}
    assert {call for call in calls if call in reading or call.startswith("subprocess")} == set()


def test_no_code_changes_the_environment() -> None:
    """What a child process needs is passed to it; who runs beside us must not be told."""
    writers = [
        f"{module_of(path)}:{node.lineno}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if (
            isinstance(node, ast.Assign | ast.AugAssign | ast.Delete)
            and "os.environ[" in ast.unparse(node).partition(" = ")[0]
        )
        or (
            isinstance(node, ast.Call)
            and ast.unparse(node.func)
            in ("os.environ.setdefault", "os.environ.update", "os.environ.pop", "os.putenv")
        )
    ]
    assert writers == []
