"""The export: which files a version has, how it reaches the disk and is switched to, its manifest.

`payload_files` names the files, `version_files` writes them, `versions` syncs and switches. What
doesn't belong here: how a figure is read (`marts`), and who requests one (`server`).
"""
