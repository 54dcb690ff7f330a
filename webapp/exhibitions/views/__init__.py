"""The pages of exhibitions: visitors' and curators'."""
