"""The home page: rails from all parts of the site."""
