"""The collection as a map: projection, clusters, their names, and how good the space under it is."""
