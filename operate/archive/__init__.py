"""The archive, read in columns: where its objects are, what their lines say, and what is kept of them decoded."""
