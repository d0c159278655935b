"""Parse a picture of a person into a ``Figure``: pose, clothes and a label for each pixel."""
