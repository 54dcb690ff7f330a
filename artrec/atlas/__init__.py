"""The collection as a map: projection, clusters, their names, and how good their space is."""
