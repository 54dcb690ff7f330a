"""How artworks come in: batches, items and what became of each."""
