"""The example pictures of the picture guide, made from the shipped pictures."""
