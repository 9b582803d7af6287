"""What is exported: the shape of each payload, the registry of endpoints, limits, strict JSON.

To add an endpoint, add its shape to `schemas` and its entry to `endpoints`: the export, its JSON
Schemas and the server's URLs follow. What doesn't belong here: reading marts, files, HTTP. It
imports nothing else of ours.
"""
