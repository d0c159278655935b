"""Optional parts for other packages; nothing of the app imports them."""
