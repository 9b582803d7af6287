"""The page that people look at, which every export holds beside its JSON.

Its HTML, styles and scripts lie here as they are served; `page_files` adds them to a version, with
the payloads once more for a page that is opened from disk; `fetch` brings Chart.js at set-up.
What doesn't belong here: counting. The page shows the figures that the payloads hold.
"""
