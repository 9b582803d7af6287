"""The demo source: a year of real shopping, turned into the source contract by written rules.

`load` lists the rules, and writes the entities as files; the `.sql` files follow the rules. Once
written, the demo is read as any folder of files.
"""
