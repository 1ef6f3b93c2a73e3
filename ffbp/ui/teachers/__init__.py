"""The page For teachers: a file for each of its sections."""
