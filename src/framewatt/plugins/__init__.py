"""The plug-ins: a folder a kind, a file a thing, found by listing and never imported by name."""
