"""Fuzz targets: one file each, started by ``python fuzz/run.py TARGET --minutes N``.

A target is a module with ``seeds()``, inputs to start from, and ``one(data)``, which does with some bytes all that
the product would do with them and raises where a promise is broken. ``docs/security.md`` tells what was run.
"""
