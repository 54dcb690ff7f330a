"""Metrics, protocols, intervals and reports. Import the modules; this package imports nothing."""
