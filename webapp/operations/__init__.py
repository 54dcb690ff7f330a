"""Running the site: health, metrics, and whether files, rows, vectors and indexes agree."""
