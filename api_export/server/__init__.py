"""`loyalty serve`: the documented URLs, who may call them, and what is answered.

`app` puts it together; `reading` and `writing` have the URLs. What doesn't belong here: figures
(`marts`), and keeping what is written (`additions`).
"""
