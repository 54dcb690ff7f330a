"""What hangs in the gallery: artists, artworks, their images."""
