"""Checks of pictures before anything is paid: what would be refused, and what may spoil a result."""
