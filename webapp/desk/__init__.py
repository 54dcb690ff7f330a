"""The desk of the people who keep the gallery: edits at scale, names, who changed what."""
