"""Each limit stands once in Python, once in dbt's macros, at most once in the page, and alike."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import jinja2
import pytest
from support.replay import PROJECT

from api_export.payloads import limits

MACROS = PROJECT / "dbt_project" / "macros"
PAGE = PROJECT / "api_export" / "page"
VALUES = {name: value for name, value in vars(limits).items() if name.isupper()}
TOO_COMMON = {
    limits.MAX_LIMIT,
    limits.MAX_DAYS_AHEAD,
    limits.DEFAULT_DAYS,
    limits.DEFAULT_DAYS_AHEAD,
    limits.DEFAULT_LIMIT,
}
"""Numbers that stand for other things too, such as 100 percent."""
DISTINCT = {value for value in VALUES.values() if isinstance(value, int)} - TOO_COMMON
NEIGHBOURS = {value + step for value in DISTINCT for step in (-1, 0, 1)}
DATES = {str(limits.FIRST_DATE), str(limits.LAST_DATE), str(limits.LAST_DATE + timedelta(days=1))}
LIMITING_DATE = re.compile(r"date(time)?\((1970, 1, 1|2199, 12, 31|2200, 1, 1)\b")
POWERS = {f"{power}{bits}" for power in ("2 ** ", "1 << ") for bits in (24, 53)}
SQL_COMMENT = re.compile(r"\{#.*?#\}|--[^\n]*", re.DOTALL)
JS_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


def macros_of(path: Path) -> dict[str, str]:
    """The macros of a file that take no parameter, as dbt renders them."""
    template = jinja2.Environment().from_string(path.read_text())
    return {
        name: macro().strip()
        for name, macro in vars(template.module).items()
        if isinstance(macro, jinja2.runtime.Macro)
    }


def page_constants() -> Iterator[tuple[str, int | str]]:
    """The names of the page's constants, and their numbers or dates."""
    for path in PAGE.glob("*.js"):
        found = re.findall(r'^const ([A-Z_]+) = (?:([\d_]+)|"([\d-]+)");', path.read_text(), re.M)
        for name, number, date in found:
            yield name, date or int(number)


def test_the_models_keep_the_limits_of_the_export() -> None:
    macros = macros_of(MACROS / "limits.sql")
    assert macros
    for name, text in macros.items():
        assert text == str(VALUES[name.upper()]), name


def test_the_page_keeps_the_limits_of_the_export() -> None:
    found = [(name, number) for name, number in page_constants() if name in VALUES]
    assert sorted(found) == [
        ("DEFAULT_DAYS", limits.DEFAULT_DAYS),
        ("DEFAULT_LIMIT", limits.DEFAULT_LIMIT),
        ("FIRST_DATE", str(limits.FIRST_DATE)),
        ("LAST_DATE", str(limits.LAST_DATE)),
        ("MAX_DAYS", limits.MAX_DAYS),
        ("MAX_DAYS_AHEAD", limits.MAX_DAYS_AHEAD),
    ]


def test_the_page_knows_how_many_clients_an_interval_takes() -> None:
    macros = jinja2.Environment().from_string((MACROS / "campaigns.sql").read_text()).module
    assert dict(page_constants())["LEAST_CLIENTS"] == int(macros.least_clients())


def test_the_page_names_the_limits_that_it_keeps() -> None:
    elsewhere = {number for name, number in page_constants() if name not in VALUES}
    assert not elsewhere & DISTINCT


@pytest.mark.parametrize(
    "path",
    [
        path
        for folder in ("macros", "models", "tests", "analyses")
        for path in sorted((PROJECT / "dbt_project" / folder).rglob("*.sql"))
        if path != MACROS / "limits.sql"
    ],
    ids=lambda path: path.stem,
)
def test_no_sql_writes_a_limit_again(path: Path) -> None:
    text = SQL_COMMENT.sub("", path.read_text())
    assert {int(number) for number in re.findall(r"\d{4,}", text)} & NEIGHBOURS == set()
    assert set(re.findall(r"\d{4}-\d\d-\d\d", text)) & DATES == set()


@pytest.mark.parametrize("path", sorted(PAGE.glob("[a-z]*.js")), ids=lambda path: path.stem)
def test_no_script_writes_a_limit_again(path: Path) -> None:
    numbers = [
        int(number.replace("_", ""))
        for number in re.findall(r"(?<![\w.])\d[\d_]{3,}", JS_COMMENT.sub("", path.read_text()))
    ]
    assert sum(number in NEIGHBOURS for number in numbers) == (path.name == "read.js")


@pytest.mark.parametrize(
    "path",
    [
        path
        for room in ("api_export", "orchestration")
        for path in sorted((PROJECT / room).rglob("*.py"))
        if path != Path(limits.__file__)
    ],
    ids=lambda path: path.relative_to(PROJECT).as_posix(),
)
def test_no_module_writes_a_limit_again(path: Path) -> None:
    """Neither as a number or a `date`, nor within a text such as SQL."""
    lines = path.read_text().splitlines()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            assert not re.match(
                r"date(time)?\((1970, 1, 1|2199, 12, 31|2200, 1, 1)\b", ast.unparse(node)
            )
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow | ast.LShift):
            assert ast.unparse(node) not in POWERS, node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, int):
            assert node.value not in NEIGHBOURS, node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            is_docstring = lines[node.lineno - 1].lstrip().startswith('"""')
            numbers = {int(text) for text in re.findall(r"\d{4,}", node.value)}
            assert is_docstring or not numbers & NEIGHBOURS, node.lineno


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in sorted((PROJECT / "dbt_project" / "models").rglob("*.yml"))
        if not path.name.startswith("_unit_tests")
    ],
    ids=lambda path: path.stem,
)
def test_descriptions_name_the_limits_as_they_are(path: Path) -> None:
    text = path.read_text()
    assert {int(most) for most in re.findall(r"\b1 to\s+(\d{3,})", text)} <= {
        limits.MAX_DAYS,
        limits.MAX_LIMIT,
    }
    numbers = re.findall(r"(?<!-)(?<!ISO )\b\d{4,}\b(?!-)", text)
    assert {int(number) for number in numbers} <= NEIGHBOURS
    assert set(re.findall(r"\d{4}-\d\d-\d\d", text)) <= DATES


def test_the_ids_of_records_read_back_and_are_exact_in_javascript() -> None:
    """The formula that metrics.md gives, for the last website whose ids read back."""
    days = (limits.LAST_DATE - limits.FIRST_DATE).days
    assert days < 10**5
    highest = limits.MAX_READABLE_WEBSITE * 10**10 + days * 10**5 + days
    assert highest <= limits.MAX_EXACT_DOUBLE < (limits.MAX_READABLE_WEBSITE + 1) * 10**10
    assert limits.LAST_CREATED_ID <= limits.MAX_EXACT_DOUBLE


def test_whole_numbers_are_as_wide_as_duckdbs() -> None:
    with duckdb.connect() as connection:
        row = connection.execute("select ?::bigint, ?::bigint", [*bounds()]).fetchone()
        assert row == bounds()
        with pytest.raises(duckdb.ConversionException):
            connection.execute("select ?::bigint", [limits.MAX_INT64 + 1])


def bounds() -> tuple[int, int]:
    return limits.MIN_INT64, limits.MAX_INT64


def test_floats_are_exact_up_to_their_limits() -> None:
    with duckdb.connect() as connection:
        for kind, most in (("float", limits.MAX_EXACT_FLOAT), ("double", limits.MAX_EXACT_DOUBLE)):
            query = f"select ?::{kind}::bigint, ?::{kind}::bigint"
            assert connection.execute(query, [most, most + 1]).fetchone() == (most, most)


def test_the_defaults_lie_within_the_limits() -> None:
    assert 1 <= limits.DEFAULT_DAYS <= limits.MAX_DAYS
    assert 1 <= limits.DEFAULT_LIMIT <= limits.MAX_LIMIT
