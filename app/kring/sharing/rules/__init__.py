"""Which record may stand where, and what it changes: one function for each type."""
