"""Museums and other collections that works come from, one module each behind one contract."""
