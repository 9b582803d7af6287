"""What people add to what is published, kept for every later run: ranges, and edits of widgets.

The workspace that keeps them is known by its protocol alone, `published.Published`.
"""
