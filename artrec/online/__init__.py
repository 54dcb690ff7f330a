"""What is learnt from serving: interleaving, experiments, replay. Standard library and NumPy only."""
