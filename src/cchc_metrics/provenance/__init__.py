"""Where a report's figures come from: the digests that it carries, and computing it again to compare every figure."""
