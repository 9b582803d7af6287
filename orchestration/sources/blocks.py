"""Blocks of ids: an entity's rows are compared block by block, and read where blocks differ."""

from dataclasses import dataclass

BLOCK_BITS = 14
"""A block is the 2^14 ids that are equal after a shift by so many bits."""
BLOCK_IDS = 1 << BLOCK_BITS
MAX_RANGES = 200
"""Of more ranges a condition would be long to plan; what spans them all is read instead."""


@dataclass(frozen=True)
class Blocks:
    """Blocks of ids, as ranges with both ends included; rows without an id are always with them."""

    ranges: tuple[tuple[int, int | None], ...]
    """First and last block of each range; a range without a last one has no end."""

    @classmethod
    def of(cls, blocks: list[int]) -> "Blocks":
        """These blocks, those next to each other as one range; if they are many, what spans them.

        `blocks` are in order.
        """
        ranges: list[tuple[int, int]] = []
        for block in blocks:
            if ranges and ranges[-1][1] == block - 1:
                ranges[-1] = (ranges[-1][0], block)
            else:
                ranges.append((block, block))
        if len(ranges) > MAX_RANGES:
            ranges = [(ranges[0][0], ranges[-1][1])]
        return cls(tuple(ranges))

    def condition(self, block: str) -> str:
        """The SQL condition that a block, given as an expression, is one of these."""
        return _any_range(block, self.ranges)

    def id_condition(self, id_column: str) -> str:
        """The same of a column of whole ids, so that an index serves."""
        return _any_range(id_column, self._id_ranges())

    def id_span(self, id_column: str) -> str:
        """The condition that an id lies between the first and the last of these."""
        ranges = self._id_ranges()
        if not ranges:
            return "false"
        first, last = ranges[0][0], ranges[-1][1]
        return f"{id_column} >= {first}" + ("" if last is None else f" and {id_column} <= {last}")

    def _id_ranges(self) -> tuple[tuple[int, int | None], ...]:
        return tuple(
            (first << BLOCK_BITS, None if last is None else ((last + 1) << BLOCK_BITS) - 1)
            for first, last in self.ranges
        )


ALL_BLOCKS = Blocks(((-(1 << 63) >> BLOCK_BITS, None),))
"""Every id that 64 bits hold."""
NO_BLOCKS = Blocks(())


def _any_range(value: str, ranges: tuple[tuple[int, int | None], ...]) -> str:
    parts = [f"{value} is null"]
    for first, last in ranges:
        parts.append(
            f"{value} >= {first}" if last is None else f"{value} between {first} and {last}"
        )
    return f"({' or '.join(parts)})"
