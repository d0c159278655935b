"""Take many pictures into the shop: drafts first, rows once a person has checked them."""
