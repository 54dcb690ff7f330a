"""Spaces, vectors and nearest-neighbour queries: the only user of pgvector."""
