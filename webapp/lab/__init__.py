"""The lab: train models on the gallery's own history, compare them, decide which one serves."""
