"""Pages of selections, tags and walks, for curators."""
