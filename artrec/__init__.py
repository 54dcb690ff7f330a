"""Artrec: visual-art recommendation as a library. Arrays and files in, arrays and files out."""
