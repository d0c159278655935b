"""Render garments onto a figure."""
