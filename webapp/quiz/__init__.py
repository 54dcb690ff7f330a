"""The taste quiz: a few choices, a taste."""
