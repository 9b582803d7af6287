"""Values of every nasty kind, read by each engine in its own words: both say the same."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from support.clocks import changes_by_timezone, instants_around
from support.datasets.dirt import BAD
from support.datasets.vocabulary import CONFIGS
from support.spark_macros import differences

from orchestration.transform.spark.session import open_session

TEXTS = [
    *(str(value) for values in BAD.values() for value in values),
    *("", " ", "0", "-0", "+0", "00", "+", "-", ".", "1.", "1.0", "-1.000", "0.5", "007", "1e3"),
    *("9223372036854775807", "-9223372036854775808", "9223372036854775808", "2147483648"),
    *("0" * 60 + "12", "12." + "0" * 60, "1.50" + "0" * 60, "0." + "4" * 60, "0." + "9" * 60),
    *("9999999999.99", "9999999999.9900", "10000000000", "+1.25", "-0.00", "1.255", "99.995"),
    *("0.1234567890123456785", "0.9999999999999999995", "0.0000000000000000001", "00.5", "1.5"),
    *("true", "TRUE", "t", "T", "Yes", "yes\n", "n", "No", "ﬁ", "1", "0 ", "ＴＲＵＥ", "FALSE"),
    *(
        "5\n",
        "\n5",
        "5\r",
        "5\u2028",
        "5\u0085",
        "5\0",
        "٥",
        "\u00a05",
        "0x1F",
        "1_0",
        "NaN",
        "inf",
    ),
    *("a\0b", "\u2028", "\ufeff", "é", "e\u0301", "😀", "\U0010ffff", "\u200fע", "\\", "\\n", '"'),
    *("\x01\x02\x1f\x7f\x80", "\b\f\t\r\n", "</script>", "'", "%", "_", "{}", "\uffff", "\ue000"),
    *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999Z"),
    *("9999-12-31T23:59:59-00:01", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z"),
    *("1582-10-04 12:00:00", "1582-10-10 12:00:00Z", "1500-02-29T00:00:00Z", "1900-02-29 00:00:00"),
    *("2000-02-29T23:59:59.1Z", "2024-02-29T00:00:00.000001+05", "1969-12-31T23:59:59.999999Z"),
    *("2024-01-01T00:00:00+23:59", "2024-01-01T00:00:00-2359", "2024-01-01T00:00:00+18:30"),
    *("2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+05:60", "2024-01-01T00:00:00-00"),
    *("2016-12-31T23:59:60Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.000000+0000"),
    *("2024-01-01T00:00:00Z\n", "2024-01-01\n00:00:00Z", "2024-1-1 00:00:00", "2024-01-01T0:00:00"),
    *("20240101T000000Z", "2024-W01-1", "2024-001", "epoch", "now", "today", "infinity"),
]
DOUBLES = [
    *("0", "-0.0", "1", "-1", "12.5", "1e3", "1e-3", "1e-4", "1e-5", "1.5e-7", "0.1", "123456.789"),
    *("1.2345678901234567e-4", "1234567890123456.7", "-1.5e-9", "2e-7", "-3e20", "1e100", "1e-300"),
    *("9007199254740992", "9007199254740994", "-9007199254740994", "1e15", "1e16", "1.25e16"),
    *("9999999999999998", "1e17", "1e22", "1e38", "1e39", "1.7976931348623157e308"),
    *("2.2250738585072014e-308", "nan", "inf", "-inf", "0.30000000000000004", "9999999.5"),
    *("10000000", "12345678", "0.001", "0.00099", "2147483648", "2e-3", "1.0000000000000002"),
]
FLOATS = [
    *("0", "-0.0", "1", "0.1", "12.5", "16777216", "16777218", "10000000", "1e10", "1e20"),
    *("3.4028235e38", "1e-4", "1e-5", "nan", "inf", "-inf", "123456.7", "0.001"),
]
WHOLE = ["0", "-1", "1", "12", "127", "-128"]
LONG = ["9223372036854775807", "-9223372036854775808", "2147483647", "-2147483649"]
INSTANTS = [
    *("2024-01-01 00:00:00", "2024-01-01 00:00:00.5", "2024-01-01 00:00:00.000001", "infinity"),
    *("-infinity", "1970-01-01 00:00:00", "1969-12-31 23:59:59.999999", "0001-01-01 00:00:00"),
    *("9999-12-31 23:59:59.999999", "10000-01-01 00:00:00"),
    *("1582-10-10 00:00:00", "1500-02-28 12:34:56.789", "294246-12-31 00:00:00"),
]
DATES = [text.replace(" 00:00:00", "") for text in INSTANTS if ":00:00" in text or "inf" in text]
JSON = [
    *CONFIGS,
    *(
        f'{{"{key}": {value}}}'
        for key in ("days", "limit", "date_from")
        for value in (
            *("0", "-0", "1", "1.0", "1e0", "0.1e1", "10E-1", "100", "2147483647", "2147483648"),
            *("9223372036854775807", "9223372036854775808", "-9223372036854775809"),
            *("18446744073709551616", "9" * 39, "1." + "0" * 40, "true", "null", "[]", "{}"),
            *(
                '""',
                '"7"',
                '"2024-02-29"',
                '"2023-02-29"',
                '"2024-02-29\\n"',
                '"2024-02-29\\u0000"',
            ),
            *('"1970-01-01"', '"1969-12-31"', '"2199-12-31"', '"2200-01-01"', '"10000-01-01"'),
            *('"\\u0001\\u001f\\u007f\\u2028\\ud83c\\udf81 \\/ \\\\ \\" é"', '"' + "😀" * 90 + '"'),
            *(
                '{"a": 1.10, "b": 1E+2, "é": "\\u2028\\/", "a": [ ]}',
                '[1, 2.0, {"x": null}, "\\t"]',
            ),
        )
    ),
    '{"": 1, "days ": 2, "a.days": 3, "DAYS": 4, "days\\u0000": 5}',
    '{"days": ' + "[" * 900 + "]" * 900 + "}",
]
TYPES: dict[str, list[str]] = {
    "varchar": TEXTS,
    "double": DOUBLES,
    "float": FLOATS,
    "tinyint": WHOLE,
    "smallint": WHOLE,
    "integer": WHOLE,
    "bigint": [*WHOLE, *LONG],
    "utinyint": ["0", "255"],
    "uinteger": ["0", "4294967295"],
    "ubigint": ["0", "18446744073709551615"],
    "hugeint": [*WHOLE, *LONG, "170141183460469231731687303715884105727"],
    "boolean": ["true", "false"],
    "decimal(18, 4)": [*WHOLE, "12.5", "-0.0001", "99999999999999.9999", "1.23", "1.2300"],
    "decimal(38, 30)": [*WHOLE, "0.5", "0.000000000000000000000000000001", "1.5"],
    "decimal(38, 0)": [*WHOLE, *LONG, "9" * 38],
    "timestamp": INSTANTS,
    "timestamptz": INSTANTS,
    "timestamp_s": INSTANTS[:6],
    "timestamp_ms": INSTANTS[:6],
    "timestamp_ns": ["2024-01-01 00:00:00.123456", "1969-12-31 23:59:59.999999"],
    "date": DATES,
    "time": ["00:00:00", "23:59:59.999999"],
    "interval": ["1 day", "3 months 00:00:01"],
    "uuid": ["00000000-0000-0000-0000-000000000001"],
    "blob": ["a\\x00b"],
    "bit": ["0101"],
    "integer[]": ["[1, 2]", "[]", "[null]"],
    "varchar[]": ["[a, 'b, c', null, '']"],
    "decimal(4, 2)[]": ["[1.50]"],
    "struct(a integer, b varchar[])": ["{'a': 1, 'b': ['x y']}"],
    "json": ['{"a": 1}', "1e3", '"x"'],
}

pytest.importorskip("pyspark")
pytestmark = pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    opened = open_session(tmp_path_factory.mktemp("lakehouse"))
    yield opened
    opened.stop()


def listed(texts: list[str], kind: str = "varchar") -> str:
    """A query of texts as values of a type."""
    literals = ", ".join(map(literal, texts))
    return f"select cast(unnest([{literals}, null]) as {kind}) as value"


def literal(text: str) -> str:
    return "'" + text.replace("'", "''").replace("\0", "' || chr(0) || '") + "'"


def read(macros: ModuleType) -> Mapping[str, str]:
    """A delivered value as every type that the contract knows."""
    return {
        "as_bigint": macros.read_integer("value"),
        "as_integer": macros.read_integer("value", "integer"),
        "as_decimal": macros.read_decimal("value"),
        "as_share": macros.read_share("value"),
        "as_instant": macros.read_instant("value"),
        "as_boolean": macros.read_boolean("value"),
        "as_text": macros.read_text("value"),
    }


@pytest.mark.parametrize("kind", TYPES)
def test_a_delivered_value_is_read_alike(session: Any, kind: str) -> None:
    assert differences(session, listed(TYPES[kind], kind), read) == []


def ask(macros: ModuleType) -> Mapping[str, str]:
    """What models ask of a widget's config."""
    asked = {"config": "config"}
    for key in ("days", "limit", "date_from"):
        has, written = macros.json_has("config", key), macros.json_written("config", literal(key))
        asked |= {
            f"has_{key}": has,
            f"{key}_as_integer": macros.config_integer("config", key, 3660),
            f"{key}_as_date": macros.config_date("config", key),
            f"{key}_as_written": f"if({has}, left({written}, 80), null)",
        }
    return asked


def test_a_config_is_read_alike(session: Any) -> None:
    configs = f"select strict_json(value) as config from ({listed(JSON)}) where config is not null"
    assert differences(session, configs, ask) == []


NUMBERS = [
    *(0, 1, 2, 3, 7, 50, 99, 100, 101, 997, 2**31 - 1, 2**31, 10**9 + 7),
    *(10**12 - 1, 2**62, 2**63 - 1),
    *(-1, -2, -3, -50, -199, -(2**31), -(10**12) + 1, -(2**63) + 1),
]


def divide(macros: ModuleType) -> Mapping[str, str]:
    """The arithmetic of figures: of any two whole numbers, and of two that aren't negative."""
    whole = macros.whole_number()
    first, second = f"cast(abs(a) as {whole})", f"cast(abs(b) as {whole})"
    product = macros.product_over(first, second, "97")
    double = "sqrt(abs(cast(a as double))) / (1 + abs(b % 1000)) * 1e4"
    return {
        "as_ratio": macros.ratio("a", "abs(b)"),
        "as_percent": macros.ratio(f"100 * cast(a as {whole})", "abs(b)"),
        "in_twelve_decimals": macros.ratio_or_null("a", "b", 12),
        "as_quotient": macros.quotient(first, f"({second} + 1)"),
        "as_units": macros.in_units("a", 4),
        "of_product": f"cast({macros.item(product, 1)} as {whole})",
        "rest_of_product": f"cast({macros.item(product, 2)} as {whole})",
        "as_mixed": macros.mixed_ratio(first, second, f"({second} + 1)", "7", 4),
        "as_decimal": macros.exact_decimal(double, 12),
        "as_bound": macros.bound("a", "cast(a as decimal(37, 12))", "0.000049999996"),
        "as_record": macros.record_id("a", "date '2023-12-31'", "date '2024-02-29'"),
    }


def test_whole_numbers_are_divided_alike(session: Any) -> None:
    pairs = f"select a, b from (select unnest({NUMBERS}) as a), (select unnest({NUMBERS}) as b)"
    assert differences(session, pairs, divide) == []


ANCIENT = [
    *("0001-01-01 12:00:00", "0004-02-29 00:00:00", "0999-12-31 23:59:59.999999"),
    *("1582-10-04 23:59:59", "1582-10-15 00:00:00", "1752-09-03 00:00:00", "1883-11-18 17:00:00"),
    *("1900-02-28 23:59:59.5", "1919-07-01 04:30:00", "1969-12-31 23:59:59.999999"),
    *("2024-02-29 12:34:56.000001", "2199-12-31 23:59:59.999999", "9999-12-31 23:59:59.999999"),
]

TIMEZONES = [
    *("UTC", "Etc/GMT+12", "America/New_York", "America/St_Johns", "America/Sao_Paulo"),
    *("Europe/Dublin", "Europe/Istanbul", "Africa/Casablanca", "Africa/Monrovia", "Asia/Kolkata"),
    *("Asia/Kathmandu", "Asia/Gaza", "Asia/Pyongyang", "Australia/Lord_Howe", "Pacific/Apia"),
    *("Pacific/Kiritimati", "Pacific/Chatham", "Antarctica/Troll", "US/Pacific", "CST6CDT"),
]
"""With dates that are left out, offsets of seconds, and changes at midnight, by half an hour."""


def show(macros: ModuleType) -> Mapping[str, str]:
    """What clocks and payloads show of an instant."""
    return {
        "on_clocks": macros.clock_time("timezone", "instant"),
        "in_payloads": macros.instant_text("instant"),
        "utc_date": macros.utc_date("instant"),
        "micros": macros.micros("instant"),
    }


def test_clocks_show_alike(session: Any, tmp_path: Path) -> None:
    changes = changes_by_timezone(TIMEZONES)
    around = instants_around(changes)
    around["timezone"] = np.array(TIMEZONES)[around["website_id"]]
    path = tmp_path / "around.parquet"
    around.to_parquet(path)
    instants = (
        f"select timezone, make_timestamptz(microseconds) as instant from read_parquet('{path}')"
        f" union all select timezone, instant from ({listed(TIMEZONES)}) as zones (timezone),"
        f" ({listed(ANCIENT, 'timestamptz')}) as ancient (instant)"
    )
    assert differences(session, instants, show) == []


LETTERS = "select chr(cast(code as integer)) as letter from range(1, 65536) as codes (code)"
"""All of Unicode's first plane; the surrogates in it are no letters."""


def test_words_are_found_alike_in_any_case(session: Any) -> None:
    def find(macros: ModuleType) -> Mapping[str, str]:
        return {
            word: macros.has_word(f"replace('{word.upper()}', '{letter}', letter)", word)
            for word, letter in [("platinum", "I"), ("gold", "D"), ("silver", "S"), ("bronze", "Z")]
        }

    letters = f"{LETTERS} where code not between {0xD800} and {0xDFFF}"
    assert differences(session, letters, find) == []
