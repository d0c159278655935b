"""Checks of pictures before anything is paid: what is refused, and what may spoil a result."""
