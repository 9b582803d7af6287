"""What is wrong with the data, for people: rejected values, refused deliveries, steps that differ.

The models validate; this reads what they found. What doesn't belong here: writing anything that a
run keeps. `pipeline` and `cli` import it.
"""
