"""The models as plain SQL: what dbt would execute in a full build, for use without starting dbt.

dbt compiles it once for a version of the project; it is kept for the next time.
"""

import json
import logging
import tempfile
from contextlib import suppress
from graphlib import TopologicalSorter
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orchestration.errors import RunError
from orchestration.installation import cache_folder, project_root
from orchestration.transform.build_fingerprints import project_fingerprint
from orchestration.transform.dbt_command import call_dbt

log = logging.getLogger(__name__)

KEPT = "full_build.json"
"""The statements of a full build, and the key of what they were made of."""
PACKAGES = ("dbt-duckdb", "duckdb")


def full_build(*, model: str | None = None) -> list[str]:
    """The statements of a full build in their order: of a model and all that it needs, or of all.

    They name the databases `warehouse` and `marts`. Raises `RunError` where dbt can't compile them.
    """
    nodes = _kept_nodes()
    if model is not None:
        needed = _needed(nodes, model)
        nodes = [node for node in nodes if node["id"] in needed]
    return [node["statement"] for node in nodes]


def compile_project(workspace: Path, *options: str) -> list[dict[str, Any]]:
    """The project's models and seeds as dbt knows them, each with its compiled `sql`, in order.

    `workspace` is a folder with the tables that an incremental build starts from.
    """
    root, target = project_root(), workspace / "target"
    variables = {"LOYALTY_WORKSPACE": str(workspace)}
    done = call_dbt("compile", *options, target=target, variables=variables)
    if done.returncode:
        raise RunError(f"dbt could not compile the models: {done.stdout.strip()}")
    manifest = json.loads((target / "manifest.json").read_text())
    compiled = target / "compiled" / manifest["metadata"]["project_name"]
    nodes = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed")
    }
    parents = {name: _parents(node, nodes) for name, node in nodes.items()}
    for node in nodes.values():
        path = Path(node["original_file_path"])
        if node["resource_type"] == "seed":
            file = str(root / path).replace("'", "''")
            node["sql"] = f"from read_csv('{file}')"
        else:
            node["sql"] = (compiled / path).read_text()
    return [nodes[name] for name in TopologicalSorter(parents).static_order()]


def create_statement(node: dict[str, Any]) -> str:
    """What dbt executes for a node of a full build."""
    config, created = node["config"], f"table {node['relation_name']} as"
    if config["materialized"] == "view":
        created = f"view {node['relation_name']} as"
    elif config["materialized"] == "table_macro":
        parameters = ", ".join([*config["meta"]["parameters"], "catalog := null"])
        created = f"macro {node['relation_name']}({parameters}) as table"
    return (
        f'create schema if not exists "{node["database"]}"."{node["schema"]}";'
        f" create or replace {created} {node['sql']};{_comments(node)}"
    )


def _comments(node: dict[str, Any]) -> str:
    """The statements that keep a node's descriptions, as macros/persist_docs.sql has dbt do."""
    if not node["config"].get("persist_docs"):
        return ""
    relation, description = node["relation_name"], node["description"]
    columns = {name: column["description"] for name, column in node["columns"].items()}
    if node["config"]["materialized"] == "table_macro":
        lines = [f"{name}: {text}".replace("\n", " ") for name, text in columns.items()]
        comment = _literal("\n".join([description, *lines]))
        return f" comment on macro table {relation} is {comment}"
    kind = "view" if node["config"]["materialized"] == "view" else "table"
    return f" comment on {kind} {relation} is {_literal(description)};" + ";".join(
        f' comment on column {relation}."{name}" is {_literal(text)}'
        for name, text in columns.items()
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _kept_nodes() -> list[dict[str, Any]]:
    """The statements, with the names of nodes and of their parents; compiled where they are old."""
    kept, key = cache_folder() / KEPT, _key()
    try:
        content = json.loads(kept.read_text())
        if content["key"] == key:
            return content["nodes"]
    except (OSError, ValueError, KeyError, TypeError):
        pass  # as good as none
    log.info("compiling the models, once for this version of them")
    with tempfile.TemporaryDirectory(prefix="loyalty-") as scratch:
        compiled = compile_project(Path(scratch), "--full-refresh")
    known = {node["unique_id"]: node for node in compiled}
    nodes = [
        {
            "id": node["unique_id"],
            "name": node["name"],
            "parents": _parents(node, known),
            "statement": create_statement(node),
        }
        for node in compiled
    ]
    with suppress(OSError):  # where nothing can be kept, dbt compiles each time
        _keep(kept, {"key": key, "nodes": nodes})
    return nodes


def _keep(path: Path, content: dict[str, Any]) -> None:
    """Write the file; who reads it meanwhile sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        written = Path(scratch, path.name)
        written.write_text(json.dumps(content))
        written.replace(path)


def _parents(node: dict[str, Any], nodes: dict[str, Any]) -> list[str]:
    return [parent for parent in node["depends_on"].get("nodes", ()) if parent in nodes]


def _needed(nodes: list[dict[str, Any]], model: str) -> set[str]:
    """The ids of a model and of all that it is built from."""
    parents = {node["id"]: node["parents"] for node in nodes}
    needed = set()
    waiting = [node["id"] for node in nodes if node["name"] == model]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += parents[name]
    return needed


def _key() -> str:
    """Stands for all that the statements are made of, and for where they find the seeds."""
    return "|".join([project_fingerprint(), str(project_root()), *map(version, PACKAGES)])
