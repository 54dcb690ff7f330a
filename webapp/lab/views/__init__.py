"""The lab's pages: one module per family."""
