"""From a document to what people read (pure)."""
