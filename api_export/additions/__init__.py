"""What people add to the published figures, kept for every later run: ranges, and widget edits.

What doesn't belong here: how they are kept. The workspace that does so is known by its protocol
alone, `published.Published`; nor HTTP, as `loyalty calculate` adds ranges too.
"""
