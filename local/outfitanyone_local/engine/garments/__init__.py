"""Segment a flat-lay garment and find its outline."""
