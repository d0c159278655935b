"""“Add many garments” and “Add many model photos”: upload, check and correct, add."""
