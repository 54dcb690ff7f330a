"""What templates of other apps may ask."""
