"""Filters and tags of the studio."""
