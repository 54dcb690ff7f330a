"""The desk for works that may be here twice."""
