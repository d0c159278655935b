"""From a picture of a garment lying flat to its outline."""
