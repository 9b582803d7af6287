"""Other ways to the same figures, and a programme of any size: what benchmarks measure against.

`handwritten` and `data_scientist` are scripts of their own, as their authors would run them.
"""
