"""SQL, and nothing else: one file a table, functions that take the connection first, no row ever leaves."""
