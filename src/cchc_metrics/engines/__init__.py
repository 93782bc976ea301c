"""The same tally on other engines: partition, tally, merge."""
