"""Museums on pages: ask one, see what would come in, choose, bring it in, and ask again."""
