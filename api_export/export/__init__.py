"""The export: which files a version has, how they reach the disk, and its manifest.

What doesn't belong here: how a figure is read (`marts`), and who asks for one (`server`).
"""
