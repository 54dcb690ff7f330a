"""The pages of one's own things."""
