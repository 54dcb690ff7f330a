"""Recommenders: one file each, one contract (`contract`), by name in `registry`."""
