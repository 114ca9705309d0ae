"""What is handed over as an object: written to files, which is what studies read and runs remember."""
