"""What a visitor keeps: collections, followed artists, history, the taste profile, their data."""
