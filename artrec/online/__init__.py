"""What is learnt from serving: interleaving, experiments, replay. Only NumPy is needed."""
