"""The demo source: a year of real shopping, turned into the source contract by written rules."""
