"""The dbt project's rules, read from its files alone: layers, grains, descriptions, keys.

A rule that dbt enforces itself (contracts, data tests, references that resolve) is not repeated.
"""

import re
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from api_export.payloads.endpoints import API_ROOT, BY_NAME, ENDPOINTS
from orchestration.sources.contract import ENTITIES, STATUSES, TRANSACTION_TYPES

PROJECT = Path(__file__).parents[2] / "dbt_project"
LAYERS = {"staging": "stg_", "intermediate": "int_", "marts": "", "reports": "rpt_", "ranges": ""}
MARTS = ("dim_", "fct_", "loyalty_analytics", "dashboard_widgets", "quarantined_rows")

REF = re.compile(r"""\bref\(\s*['"](\w+)['"](\s*~\s*\w+)?(?:\s*~\s*['"](\w+)['"])?\s*\)""")
SOURCE = re.compile(r"\bsource\(")
BUILD_AFTER = re.compile(r"\bbuild_after\('(\w+)'\)")
PREVIOUS = re.compile(r"\bprevious\(\s*source\('(last_run\w*)', '(\w+)'\)\s*\)")
MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)\(.*?\{%-?\s*endmacro", re.DOTALL)
COMMENT = re.compile(r"\{#.*?#\}|--[^\n]*", re.DOTALL)

# Models whose key no test of one column or combination proves, and what does.
KEYS_PROVEN_ELSEWHERE = {
    "dim_run": "assert_one_run",
    "fct_client_days": "assert_client_days_run_on",
    "fct_client_returns_daily": "assert_client_returns_equal_clients",
    "int_client_months": "assert_client_months_are_unique",
    "int_client_tier_changes": "assert_client_tiers_run_on",
    "fct_lot_takings": "assert_takings_add_up_to_what_was_taken",
    **dict.fromkeys(
        ("int_loyalty_transactions_validated", "int_orders_validated"),
        "assert_every_delivered_row_is_validated_once",
    ),
    **dict.fromkeys(("rpt_comparison", "rpt_all_comparison"), "assert_comparisons_add_up"),
    **dict.fromkeys(("rpt_headlines", "rpt_all_headlines"), "assert_headlines_are_whole"),
    "rpt_issue_sources": "assert_issue_sources_add_up",
    "rpt_redeemed_items": "assert_redeemed_items_add_up",
    "rpt_request_funnel": "assert_request_funnel_adds_up",
}
VIEWS_OF_VALID_ROWS = {
    "fct_loyalty_transactions": "int_loyalty_transactions_validated",
    "fct_orders": "int_orders_validated",
}
"""Views whose key is the id, of which a validated model has one valid row at most."""
ONE_ROW_BY_CONSTRUCTION = {
    "int_publication",
    "int_run",
    "rpt_all_points_balance",
    "rpt_manifest_drift",
}
OF_THE_SUMMARY = "rpt_redeemed_items"
"""A report without an endpoint, of the week that the export asks for."""
OF_THE_LAST_RUN = "int_previous_"
"""Begins the names of models whose rows passed the tests of the last run, with their keys."""
LAST_RUN = {
    "last_run": "intermediate",
    "last_run_ledger": "intermediate",
    "last_run_marts": "marts",
}
"""Sources that are models of a layer as the last run left them."""


@dataclass(frozen=True)
class Model:
    """A model's file, and its SQL without comments."""

    name: str
    layer: str
    path: Path
    sql: str


def _uncommented(path: Path) -> str:
    """The text of a file; what it is built after is a ref, its own past is not another source."""
    text = COMMENT.sub("", path.read_text())
    return PREVIOUS.sub("previous_model", BUILD_AFTER.sub(r"ref('\1')", text))


def _models() -> list[Model]:
    return [
        Model(path.stem, layer, path, _uncommented(path))
        for layer in LAYERS
        for path in sorted((PROJECT / "models" / layer).glob("*.sql"))
    ]


MODELS = _models()
SINGULAR_TESTS = sorted((PROJECT / "tests").glob("*.sql"))
ANALYSES = sorted((PROJECT / "analyses").glob("*.sql"))


@cache
def macros() -> dict[str, str]:
    """The text of each macro of the project."""
    return {
        match.group(1): match.group(0)
        for path in (PROJECT / "macros").rglob("*.sql")
        for match in MACRO.finditer(_uncommented(path))
    }


@cache
def properties() -> dict[str, tuple[Path, dict[str, Any]]]:
    """Each described model's YAML file and entry; a model described twice fails."""
    entries: dict[str, tuple[Path, dict[str, Any]]] = {}
    for path in sorted((PROJECT / "models").rglob("*.yml")):
        for entry in yaml.safe_load(path.read_text()).get("models", ()):
            assert entry["name"] not in entries, f"{entry['name']} is described in two files"
            entries[entry["name"]] = (path, entry)
    return entries


def reached(sql: str) -> str:
    """SQL with the text of every macro that it calls, and that those call."""
    texts, called = [sql], set()
    for text in texts:
        for name, body in macros().items():
            if name not in called and re.search(rf"\b{name}\(", text):
                called.add(name)
                texts.append(body)
    return "\n".join(texts)


def refs(sql: str) -> set[str]:
    """The models and seeds referred to, in macros too; a name put together is shown with `*`."""
    text = reached(sql)
    found = REF.findall(text)
    assert len(found) == len(re.findall(r"\bref\(", text)), "a ref( that this test can't read"
    return {f"{head}*{tail}" if middle else head for head, middle, tail in found}


def each(*layers: str) -> pytest.MarkDecorator:
    """A test for each model of the layers, or of all."""
    models = [model for model in MODELS if not layers or model.layer in layers]
    return pytest.mark.parametrize("model", models, ids=lambda model: model.name)


def data_tests_of(entry: dict[str, Any]) -> list[str]:
    """The names of an entry's data tests."""
    tests = entry.get("data_tests", ())
    return [test if isinstance(test, str) else next(iter(test)) for test in tests]


def as_words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower().replace("_", " ")))


def test_every_model_lies_in_a_layer() -> None:
    assert {path.stem for path in (PROJECT / "models").rglob("*.sql")} == {
        model.name for model in MODELS
    }


def test_every_described_model_has_its_sql() -> None:
    assert properties().keys() == {model.name for model in MODELS}


@each()
def test_names_follow_their_layer(model: Model) -> None:
    if model.layer == "marts":
        assert model.name.startswith(MARTS)
    elif model.layer == "ranges":
        assert model.name in {endpoint.name for endpoint in ENDPOINTS}
    else:
        assert model.name.startswith(LAYERS[model.layer])


@each()
def test_models_are_described_where_their_layer_says(model: Model) -> None:
    path, _ = properties()[model.name]
    shared = model.layer in ("staging", "intermediate")
    assert path.name == (f"_{model.layer}.yml" if shared else f"{model.name}.yml")
    assert path.parent == model.path.parent


@each()
def test_descriptions_open_with_the_grain(model: Model) -> None:
    _, entry = properties()[model.name]
    assert re.match(r"One row (for (each|the whole)|with) \w", entry.get("description", ""))


@each()
def test_every_column_has_a_type_and_says_more_than_its_name(model: Model) -> None:
    _, entry = properties()[model.name]
    assert entry.get("columns")
    for column in entry["columns"]:
        assert column.get("data_type"), f"{column['name']} has no data_type"
        description = as_words(column.get("description", ""))
        name = as_words(column["name"])
        assert description, f"{column['name']} has no description"
        assert description.removeprefix("the ") != name, f"{column['name']} only restates its name"


@each("staging")
def test_staging_describes_the_columns_that_it_selects(model: Model) -> None:
    _, entry = properties()[model.name]
    (renamed,) = re.findall(r"renamed as \((.*?)\n\)", model.sql, re.DOTALL)
    items, _, _ = renamed.partition("\n    from ")
    selected = re.findall(r"(\w+),?[ ]*(?:\n|$)", items)
    assert [column["name"] for column in entry["columns"]] == [
        name for name in selected if name != "select"
    ]


@each("intermediate", "marts", "reports")
def test_keys_are_tested(model: Model) -> None:
    _, entry = properties()[model.name]
    tested = "unique_combination" in data_tests_of(entry) or any(
        "unique" in data_tests_of(column) for column in entry["columns"]
    )
    origin = VIEWS_OF_VALID_ROWS.get(model.name, model.name)
    elsewhere = KEYS_PROVEN_ELSEWHERE.get(origin)
    if elsewhere:
        assert not tested, f"{model.name} needs no exception"
        read = refs((PROJECT / "tests" / f"{elsewhere}.sql").read_text())
        assert any(fnmatch(origin, name) for name in read)
    else:
        needs_none = model.name in ONE_ROW_BY_CONSTRUCTION or model.name.startswith(OF_THE_LAST_RUN)
        assert tested != needs_none


@pytest.mark.parametrize(("view", "origin"), VIEWS_OF_VALID_ROWS.items())
def test_views_of_valid_rows_store_none_of_their_own(view: str, origin: str) -> None:
    (model,) = (model for model in MODELS if model.name == view)
    assert "materialized='view'" in model.sql
    assert origin in refs(model.sql)
    assert "quarantine_reason is null" in model.sql


@each("staging")
def test_staging_reads_one_source_and_no_model(model: Model) -> None:
    assert refs(model.sql) == set()
    assert len(SOURCE.findall(reached(model.sql))) == 1


@each("intermediate")
def test_intermediate_reads_no_source_and_no_report(model: Model) -> None:
    allowed = ("stg_", "int_", "widget_types", *MARTS)
    assert {name for name in refs(model.sql) if not name.startswith(allowed)} == set()
    assert not SOURCE.search(reached(model.sql))


@each("marts")
def test_marts_read_validated_rows_other_marts_and_run_inputs(model: Model) -> None:
    allowed = ("int_", "stg_pipeline__", "widget_types", *MARTS)
    assert {name for name in refs(model.sql) if not name.startswith(allowed)} == set()


@each("marts")
def test_only_quarantined_rows_reads_deliveries(model: Model) -> None:
    assert bool(SOURCE.search(reached(model.sql))) == (model.name == "quarantined_rows")


@each()
def test_a_model_names_those_who_read_its_past(model: Model) -> None:
    """Only then are they built before it in Dagster too, which takes its past for the model."""
    text = COMMENT.sub("", model.path.read_text())
    for _, past in PREVIOUS.findall(text):
        (replaced,) = (other for other in MODELS if other.name == past)
        assert model.name in refs(replaced.sql)


@each("reports", "ranges")
def test_reports_and_ranges_read_marts_only(model: Model) -> None:
    assert refs(model.sql)
    assert {name for name in refs(model.sql) if not name.startswith(MARTS)} == set()
    assert not SOURCE.search(reached(model.sql))


@each("reports")
def test_table_macros_are_the_reports_that_take_a_range_and_say_so(model: Model) -> None:
    _, entry = properties()[model.name]
    is_macro = "materialized='table_macro'" in model.sql
    taking = [endpoint for endpoint in ENDPOINTS if endpoint.takes_range]
    reports = {name for one in taking for name in (one.report, one.report_of_all)}
    assert is_macro == (model.name in reports | {OF_THE_SUMMARY})
    if is_macro:
        assert "meta={'parameters': ['date_from', 'date_to']}" in model.sql
        description = entry["description"]
        assert "`date_from`" in description and "`date_to`" in description
        assert "A table macro" in description


def test_every_endpoint_of_a_window_has_a_table_macro_of_any_range() -> None:
    ranges = {model.name for model in MODELS if model.layer == "ranges"}
    assert ranges == {endpoint.name for endpoint in ENDPOINTS if endpoint.looks_back}


@each("ranges")
def test_ranges_say_the_keys_of_their_payload_and_how_they_are_asked(model: Model) -> None:
    _, entry = properties()[model.name]
    endpoint = BY_NAME[model.name]
    columns = [column["name"] for column in entry["columns"]]
    order = [key for key in re.findall(r"[a-z_]{5,}", endpoint.order) if key in columns]
    keys = list(endpoint.schema.__annotations__)
    assert [name for name in columns if name not in order or name in keys] == keys
    for parameter in ("website_id", "date_from", "date_to"):
        assert f"`{parameter}`" in entry["description"]
    together = "all together where it is null" in entry["description"]
    assert together == endpoint.sums_up


@each("reports")
def test_reports_say_where_they_are_exported_or_why_not(model: Model) -> None:
    _, entry = properties()[model.name]
    is_served_alone = model.name in {one.report for one in ENDPOINTS if not one.is_exported}
    told = r"Not exported: it \w+" if is_served_alone else r"xported.*\.(json|html)`"
    assert re.search(told, entry["description"], re.DOTALL)


def test_sources_are_described_column_by_column() -> None:
    sources = yaml.safe_load((PROJECT / "models/staging/_sources.yml").read_text())["sources"]
    for source in sources:
        for table in source["tables"]:
            assert table.get("description"), table["name"]
            if source["name"] in LAST_RUN:  # its columns are described with the model
                layers = {model.name: model.layer for model in MODELS}
                assert layers[table["name"]] == LAST_RUN[source["name"]]
                continue
            assert table.get("columns"), table["name"]
            for column in table["columns"]:
                assert column.get("description"), f"{table['name']}.{column['name']}"


def test_the_project_validates_the_entities_of_the_source_contract() -> None:
    keys = re.findall(r"'(\w+)': \{(.+?)\}", macros()["validated_entities"])
    named = {entity: tuple(re.findall(r"'(\w+)':", key)) for entity, key in keys}
    assert list(named.items()) == [(entity.name, entity.key) for entity in ENTITIES]


def test_events_are_told_apart_by_an_id_by_whose_blocks_they_are_compared() -> None:
    assert {entity.key for entity in ENTITIES if entity.event_time is not None} == {("id",)}


def test_the_project_reads_the_columns_of_the_source_contract() -> None:
    sources = yaml.safe_load((PROJECT / "models/staging/_sources.yml").read_text())["sources"]
    (tables,) = (source["tables"] for source in sources if source["name"] == "loyalty")
    described = {table["name"]: [column["name"] for column in table["columns"]] for table in tables}
    assert described == {
        entity.name: ["_copy_number", *entity.columns, "_line"] for entity in ENTITIES
    }


def test_seeds_are_described_column_by_column() -> None:
    seeds = yaml.safe_load((PROJECT / "seeds/_seeds.yml").read_text())["seeds"]
    assert {seed["name"] for seed in seeds} == {
        path.stem for path in (PROJECT / "seeds").glob("*.csv")
    }
    for seed in seeds:
        assert seed["description"].startswith("One row for each ")
        header = (PROJECT / "seeds" / f"{seed['name']}.csv").read_text().splitlines()[0]
        assert [column["name"] for column in seed["columns"]] == header.split(",")
        assert all(column.get("description") for column in seed["columns"])


@pytest.mark.parametrize("path", SINGULAR_TESTS, ids=lambda path: path.stem)
def test_singular_tests_say_what_a_row_means_and_whose_check_they_are(path: Path) -> None:
    text = path.read_text()
    assert path.stem.startswith("assert_")
    assert text.startswith("-- A returned row ")
    owner = re.search(r"meta=\{'dagster': \{'ref': \{'name': '(\w+)'\}\}\}", text)
    assert owner, "names no model that Dagster attaches the check to"
    assert owner.group(1) in refs(COMMENT.sub("", text))


def exposures() -> dict[str, dict[str, Any]]:
    """Each exposure by its name."""
    entries = yaml.safe_load((PROJECT / "models/reports/_exposures.yml").read_text())["exposures"]
    return {entry["name"]: entry for entry in entries}


def test_every_endpoint_is_an_exposure_of_its_report_and_files() -> None:
    for endpoint in ENDPOINTS:
        exposure = exposures()[endpoint.name]
        reports = [endpoint.report] + [endpoint.report_of_all] * endpoint.sums_up
        assert exposure["depends_on"] == [f"ref('{report}')" for report in reports]
        files = f"*/{API_ROOT}/{Path(endpoint.path()).parent}/*.json"
        assert exposure["config"]["meta"]["files"] == [files] * endpoint.is_exported


def test_every_exposure_of_one_analytics_folder_is_an_endpoint() -> None:
    folders = {
        name
        for name, entry in exposures().items()
        for pattern in entry["config"]["meta"]["files"]
        if re.fullmatch(r"\*/[\w/-]+/analytics/\w+/\*\.json", pattern)
    }
    assert folders == {endpoint.name for endpoint in ENDPOINTS if endpoint.is_exported}


def test_every_report_is_exposed_and_every_exposure_has_an_owner_and_a_description() -> None:
    exposed = {
        name for entry in exposures().values() for ref in entry["depends_on"] for name in refs(ref)
    }
    assert exposed - {"dim_run"} == {model.name for model in MODELS if model.layer == "reports"}
    for entry in exposures().values():
        assert entry["owner"]["name"]
        assert entry["description"]


@pytest.mark.parametrize("path", ANALYSES, ids=lambda path: path.stem)
def test_analyses_tell_dbt_the_tables_that_they_read(path: Path) -> None:
    text = path.read_text()
    told = re.findall(r"^-- depends_on: \{\{ ref\('(\w+)'\) \}\}$", text, re.MULTILINE)
    assert told == sorted(duckdb.get_table_names(text))


def test_analyses_are_described_and_ask_a_question() -> None:
    entries = yaml.safe_load((PROJECT / "analyses/_analyses.yml").read_text())["analyses"]
    assert {entry["name"] for entry in entries} == {path.stem for path in ANALYSES}
    for entry in entries:
        assert re.match(r"[A-Z][^.?]+\? One row for each ", entry["description"])
        assert all(column["description"] for column in entry["columns"])


@pytest.mark.parametrize(
    ("model", "values"),
    [
        ("int_loyalty_transactions_validated", TRANSACTION_TYPES),
        ("int_redemption_requests_validated", STATUSES),
    ],
)
def test_models_validate_by_the_values_that_the_contract_names(
    model: str, values: tuple[str, ...]
) -> None:
    sql = (PROJECT / "models" / "intermediate" / f"{model}.sql").read_text()
    (validated,) = re.findall(r"not in \(\s*('[^)]*')\s*\)", sql)
    assert tuple(re.findall(r"'(\w+)'", validated)) == values
