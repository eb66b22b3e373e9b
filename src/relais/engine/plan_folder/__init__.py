"""The public plan folder: small CSV files that a planner fills and that other programs read.

`read` turns a folder into a `Problem` or names every mistake in it; `write` puts a `Plan` beside
it; `columns` says once what every file holds. docs/formats/plan-folder.md tells the format.
"""
