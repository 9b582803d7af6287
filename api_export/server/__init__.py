"""`loyalty serve`: the documented URLs, who may call them, and what is answered.

What doesn't belong here: figures (`marts`), and keeping what is written (`additions`).
"""
