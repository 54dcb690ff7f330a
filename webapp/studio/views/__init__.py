"""The studio's pages and the data of its maps."""
