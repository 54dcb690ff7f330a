"""Who visits: accounts, roles, sign-up."""
