"""What visitors do and what they are shown for it."""
