"""Counting: from columns to tallies, by engines that give the same integers."""
