"""What the figures in README and docs come from. Ratios within one run, never times alone."""
