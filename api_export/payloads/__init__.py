"""What is exported: the shape of each payload, the registry of endpoints, and strict JSON.

What doesn't belong here: reading marts, files, HTTP. It imports nothing else of ours.
"""
