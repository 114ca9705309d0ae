"""From a document to its page: one file a document (pure)."""
