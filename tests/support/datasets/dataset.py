"""One file for each entity."""

import random
from collections.abc import Iterator
from pathlib import Path

from support.datasets.campaigns import add_beginners, add_campaigns, add_crowd, add_orders
from support.datasets.dirt import add_dirt
from support.datasets.parquet_files import write_parquet
from support.datasets.text_files import Sheet, csv_bytes, jsonl_bytes
from support.datasets.vocabulary import KINDS, FileFormat
from support.datasets.world import (
    World,
    add_caches,
    add_clients,
    add_dimensions,
    add_events,
    add_widgets,
)

EMPTIED = {2: ("orders",), 3: ("dashboard_widgets",), 7: ("dashboard_widgets",)}
"""The entities that are there and have no row, by what remains of a seed divided by eight."""


def _sheets(world: World, seed: int) -> Iterator[Sheet]:
    """The entities to write, some left out or without some columns, as the seed says."""
    for entity, rows in world.tables.items():
        columns = list(KINDS[entity])
        if entity == "dashboard_widgets" and seed % 4 == 1:
            continue
        if entity == "wallet_conversions" and seed % 4 == 2:
            continue
        if entity in ("campaigns", "campaign_members") and seed % 4 == 1:
            continue
        if entity == "orders" and seed % 4 == 3:
            continue
        if entity in EMPTIED.get(seed % 8, ()):
            rows = []
        if seed % 5 == 3 and entity == "websites":
            columns.remove("timezone")
        if seed % 5 == 1 and entity == "clients":
            columns.remove("date_joined")
        if seed % 3 == 1:
            optional = (
                *("reason", "redemption_type", "tier_id", "approved_at", "created_at"),
                *("margin", "cost", "arm"),
            )
            columns = [name for name in columns if name not in optional]
        if seed % 2:
            world.rng.shuffle(columns)
        if seed % 3 == 2:
            columns.insert(1, "extra")
            rows = [{**row, "extra": world.rng.choice((None, "x,y", "3"))} for row in rows]
        shuffled = world.rng.sample(rows, len(rows))
        yield Sheet(entity, columns, shuffled)


def write_dataset(
    directory: Path,
    seed: int,
    *,
    clients: int = 60,
    transactions: int = 1500,
    file_format: FileFormat = "csv",
    dirty: bool = True,
    crowd: bool = False,
) -> None:
    """Writes one file for each entity into the directory, the same for the same arguments.

    A crowd is clients enough for an effect to be told from chance.

    Seeds: % 4 = 1 leaves out dashboard_widgets and campaigns, 2 wallet_conversions, 3 orders, and
    empties the widgets; % 8 = 2 empties the orders · % 5 = 3 leaves out timezone, 1 date_joined
    · % 3 = 1 leaves out other optional columns, 2 adds one · odd seeds shuffle columns · Parquet,
    % 3: 0 all text, 1 all native, 2 native or text.
    """
    directory.mkdir(parents=True, exist_ok=True)
    world = World(random.Random(f"loyalty {seed}"))
    add_dimensions(world)
    add_clients(world, clients)
    add_events(world, transactions)
    add_caches(world)
    add_widgets(world)
    add_orders(world, transactions // 3)
    add_campaigns(world)
    add_beginners(world)
    if crowd:
        add_crowd(world)
    if dirty:
        add_dirt(world, file_format)
    for sheet in _sheets(world, seed):
        path = directory / f"{sheet.entity}.{file_format}"
        if file_format == "parquet":
            write_parquet(world.rng, sheet, path, seed % 3)
        elif file_format == "csv":
            path.write_bytes(csv_bytes(world.rng, sheet, dirty))
        else:
            path.write_bytes(jsonl_bytes(world.rng, sheet, dirty))
