"""The commands of `python -m artrec`, one module each."""
