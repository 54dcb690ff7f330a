"""The collection as a map: projection, clusters and names, and how good the space is."""
