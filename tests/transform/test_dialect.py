"""Values of every nasty kind, read by each engine in its own words: both say the same."""

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from support.clocks import changes_by_timezone, instants_around
from support.nasty_values import ANCIENT, JSON, LETTERS, NUMBERS, TIMEZONES, TYPES, listed, literal
from support.spark_macros import differences
from support.spark_marks import needs_spark

pytestmark = needs_spark


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


def test_words_are_found_alike_in_any_case(session: Any) -> None:
    def find(macros: ModuleType) -> Mapping[str, str]:
        return {
            word: macros.has_word(f"replace('{word.upper()}', '{letter}', letter)", word)
            for word, letter in [("platinum", "I"), ("gold", "D"), ("silver", "S"), ("bronze", "Z")]
        }

    assert differences(session, LETTERS, find) == []
