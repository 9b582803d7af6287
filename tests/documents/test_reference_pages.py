"""The pages that list what code defines list just that."""

import json
import re
from typing import Any, get_type_hints

import pytest
from support.replay import PROJECT

from api_export.payloads.endpoints import ENDPOINTS
from api_export.payloads.manifest_schemas import Manifest
from api_export.payloads.schemas import AnalyticsRecord, Widget, WidgetData, WidgetType
from orchestration.cli.reference import PAGE, write_reference
from orchestration.sources import KINDS
from orchestration.sources.contract import ARMS, ENTITIES, STATUSES, TRANSACTION_TYPES, Entity
from orchestration.sources.databases.django import TABLES

CONTRACT = (PROJECT / "docs/source-contract.md").read_text()
METRICS = (PROJECT / "docs/metrics.md").read_text()
API = (PROJECT / "docs/api.md").read_text()
CODE_SPAN = re.compile(r"`([^`]+)`")
REASON = re.compile(r"then '((?:invalid|duplicate|unknown|website_mis|sign_mis|conflicting)\w+)'")


def rows_of(text: str, heads: str) -> list[list[str]]:
    """The cells of each row of the table with this line of heads."""
    _, _, table = text.partition(f"{heads}\n")
    lines = table.partition("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def section(text: str, heading: str) -> str:
    """What stands below a heading, up to the next one."""
    _, found, rest = text.partition(f"\n{heading}\n")
    assert found, f"{heading} is missing"
    return re.split(r"\n#+ ", rest)[0]


def test_the_page_of_command_and_settings_is_what_they_say() -> None:
    assert PAGE.read_text() == write_reference(), "run `make reference`"


def test_the_contract_lists_the_entities_and_their_columns() -> None:
    def line(entity: Entity) -> list[str]:
        columns = [
            f"`{column}`" if column in entity.required else f"`{column}?`"
            for column in entity.columns
        ]
        optional = " (optional)" if entity.is_optional else ""
        event_time = f"`{entity.event_time}`" if entity.event_time else ""
        return [f"`{entity.name}`{optional}", ", ".join(columns), event_time]

    assert rows_of(CONTRACT, "| entity | columns | event time |") == list(map(line, ENTITIES))


def test_the_contract_lists_the_type_of_every_column() -> None:
    listed = {
        (column, kind.partition(",")[0])
        for kind, columns, _ in rows_of(CONTRACT, "| type | columns | a value that can be read |")
        for column in CODE_SPAN.findall(columns)
    }
    assert listed == {(field.name, field.kind) for entity in ENTITIES for field in entity.fields}


def test_the_contract_lists_the_accepted_values() -> None:
    rows = rows_of(CONTRACT, "| column | accepted values, told apart by case |")
    listed = {column.strip("`"): CODE_SPAN.findall(values) for column, values in rows}
    assert listed["transaction_type"] == list(TRANSACTION_TYPES)
    assert listed["status"] == list(STATUSES)
    assert listed["widget_type"] == list(WidgetType.__args__)
    assert listed["arm"] == list(ARMS)


def test_the_contract_lists_the_reasons_of_the_models() -> None:
    rows = rows_of(CONTRACT, "| reason | entities | the row |")
    listed = {reason for cells in rows for reason in CODE_SPAN.findall(cells[0])}
    models = (PROJECT / "dbt_project/models/intermediate").glob("int_*_validated.sql")
    given = {reason for model in models for reason in REASON.findall(model.read_text())}
    assert listed == given


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_metrics_define_every_key_of_an_endpoint(endpoint: Any) -> None:
    told = CODE_SPAN.findall(section(METRICS, f"### {endpoint.name}"))
    assert set(get_type_hints(endpoint.schema)) <= set(told)


def test_metrics_define_every_key_of_records_widgets_and_manifest() -> None:
    told = set(CODE_SPAN.findall(section(METRICS, "### Analytics records")))
    assert set(get_type_hints(AnalyticsRecord)) <= told
    told = set(CODE_SPAN.findall(section(METRICS, "### dashboard_widgets")))
    assert {*get_type_hints(Widget), *get_type_hints(WidgetData)} <= told
    told = set(CODE_SPAN.findall(section(METRICS, "## The manifest")))
    assert set(get_type_hints(Manifest)) <= told


def test_metrics_name_what_each_widget_shows() -> None:
    rows = rows_of(METRICS, "| widget type | shows |")
    shown = {kind.strip("`"): name.strip("`") for kind, name in rows}
    assert shown == {each.widget_type: each.name for each in ENDPOINTS if each.widget_type}


def test_the_tables_of_the_application_are_listed() -> None:
    rows = rows_of((PROJECT / "docs/databases.md").read_text(), "| entity | table |")
    listed = {entity.strip("`"): CODE_SPAN.findall(table)[0] for entity, table in rows}
    assert listed.items() >= TABLES.items()
    assert listed.keys() == {entity.name for entity in ENTITIES}


def test_the_url_of_every_endpoint_is_listed() -> None:
    listed = CODE_SPAN.findall(section(API, "## URLs"))
    names = {url.removeprefix("analytics/").rstrip("/") for url in listed}
    assert {endpoint.name for endpoint in ENDPOINTS} <= names


def test_every_mart_is_listed() -> None:
    listed = CODE_SPAN.findall(section((PROJECT / "docs/analysts.md").read_text(), "## The marts"))
    marts = {path.stem for path in (PROJECT / "dbt_project/models/marts").glob("*.sql")}
    assert {mart for mart in marts if not mart.startswith("dim_")} <= set(listed)


def test_clients_are_listed_in_the_versions_that_tests_ask() -> None:
    pins = dict(
        line.lower().replace("_", "-").split("==")
        for line in (PROJECT / "constraints.txt").read_text().splitlines()
    )
    lock = json.loads((PROJECT / "tests/clients/package-lock.json").read_text())["packages"]
    npm = lock[""]["devDependencies"]
    pins |= {name: lock[f"node_modules/{name}"]["version"] for name in npm}
    rows = rows_of(
        (PROJECT / "docs/analysts.md").read_text(),
        "| client | tested | its trap |",
    )
    listed = dict(re.findall(r"`([^`]+)` ([\w.]+)", " ".join(row[1] for row in rows)))
    assert npm.keys() | {"duckdb-engine", "ibis-framework", "pandas", "polars"} <= listed.keys()
    assert {name: pins[name.lower()] for name in listed} == listed


def test_every_kind_of_source_is_listed() -> None:
    rows = rows_of((PROJECT / "docs/sources.md").read_text(), "| source | read |")
    listed = {CODE_SPAN.findall(source)[0] for source, _ in rows}
    assert [kind for kind in KINDS if not any(url.startswith(kind) for url in listed)] == []
