"""The page Forward pass, a file a section: one sample's way through the network of one frame, number by number."""
