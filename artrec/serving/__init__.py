"""What runs inside a web request: NumPy only, no torch."""

from __future__ import annotations
