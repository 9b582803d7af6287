"""The weekly summary: the last complete week in HTML and plain text, ready to be mailed.

`week` says which week that is, `content` what is said of it, `html` and `text` write that. What
doesn't belong here: how a figure is counted or a sentence made (dbt), and who sends it (see
docs/operations.md).
"""
