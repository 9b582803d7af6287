"""What docs/analysts.md answers: each query runs as it is, and gives its answer on the demo."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml
from support.macros import copy_macro
from support.replay import DEFAULTS, PROJECT, Replay, open_warehouse
from support.workspaces import Built

from orchestration.sources.demo.load import write_demo_source
from orchestration.workspace.report_history import save_history

ANALYSES = sorted((PROJECT / "dbt_project/analyses").glob("*.sql"))
ANSWER = re.compile(r"\(\.\./dbt_project/analyses/(\w+)\.sql\)\n\n((?:\|.*\n)+)")
QUESTION = re.compile(r"```sql\n([^`]*)```\n\n((?:\|.*\n)+)")
FORECAST = re.compile(r"```sql\n([^`]*from fct_published_forecasts[^`]*)```[^|]*((?:\|.*\n)+)")
MOST_LINES = 5


@pytest.fixture(scope="module")
def demo_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo source, as a folder of files."""
    source = tmp_path_factory.mktemp("demo") / "source"
    write_demo_source(source)
    return source


@pytest.fixture(scope="module")
def demo_marts(
    replay: Replay, built: Built, demo_source: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The marts of the demo source, with the macro that managers ask."""
    scratch = tmp_path_factory.mktemp("demo-marts")
    replay.build(demo_source, scratch / "marts.duckdb")
    with duckdb.connect(str(scratch / "marts.duckdb")) as marts:
        copy_macro("explain", built.workspace / "marts.duckdb", marts)
    return scratch / "marts.duckdb"


def ask(marts: Path, query: str) -> tuple[list[str], list[tuple]]:
    """The columns and rows of an answer."""
    with duckdb.connect(str(marts), read_only=True) as connection:
        answer = connection.sql(query)
        return answer.columns, answer.fetchall()


def as_table(columns: list[str], rows: list[tuple]) -> str:
    """A Markdown table."""
    cells = [["" if value is None else str(value) for value in row] for row in rows]
    lines = [f"| {' | '.join(line)} |\n" for line in (columns, *cells)]
    return "".join([lines[0], "|---" * len(columns) + "|\n", *lines[1:]])


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda path: path.stem)
def test_the_page_tells_the_answer_on_the_demo(analysis: Path, demo_marts: Path) -> None:
    answers = dict(ANSWER.findall((PROJECT / "docs/analysts.md").read_text()))
    table = as_table(*ask(demo_marts, analysis.read_text()))
    assert answers.get(analysis.stem) == table, table


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda path: path.stem)
def test_the_columns_are_the_described_ones(analysis: Path, demo_marts: Path) -> None:
    described = yaml.safe_load((analysis.parent / "_analyses.yml").read_text())["analyses"]
    (entry,) = [entry for entry in described if entry["name"] == analysis.stem]
    assert ask(demo_marts, analysis.read_text())[0] == [
        column["name"] for column in entry["columns"]
    ]


def test_the_page_answers_no_other_question() -> None:
    answers = ANSWER.findall((PROJECT / "docs/analysts.md").read_text())
    assert sorted(name for name, _ in answers) == [path.stem for path in ANALYSES]


def managers_questions() -> list[tuple[str, str]]:
    """The query and the answer of each question of a loyalty manager."""
    page = (PROJECT / "docs/analysts.md").read_text()
    _, _, section = page.partition("## Questions of a loyalty manager\n")
    return QUESTION.findall(section.partition("\n## ")[0])


def test_a_manager_asks_eleven_questions() -> None:
    assert len(managers_questions()) == 11


@pytest.mark.parametrize(("query", "answer"), managers_questions())
def test_a_manager_is_answered_in_few_lines(query: str, answer: str, demo_marts: Path) -> None:
    assert len(query.splitlines()) <= MOST_LINES
    table = as_table(*ask(demo_marts, query))
    assert answer == table, table


def test_a_forecast_is_held_against_what_came(
    replay: Replay, demo_source: Path, tmp_path: Path
) -> None:
    """The page's answer, from two runs of a workspace."""
    marts = tmp_path / "marts.duckdb"
    for as_of in (date(2017, 11, 30), None):
        marts.unlink(missing_ok=True)
        with open_warehouse(":memory:", marts) as connection:
            inputs = replace(DEFAULTS, as_of=as_of)
            replay.run(connection, demo_source, inputs, state=tmp_path / "state")
            connection.execute("detach marts")
            (tmp_path / "state").mkdir(exist_ok=True)
            for written, path in save_history(connection, marts, tmp_path / "state"):
                written.replace(path)
    (question, answer), *_ = FORECAST.findall((PROJECT / "docs/analysts.md").read_text())
    table = as_table(*ask(marts, question))
    assert answer == table, table
