"""What happened: one kind per kind of record, each with its model, its columns and the events that are counted."""
