"""The tasks; `workers.app` names the modules."""
