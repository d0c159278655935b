"""Pictures drawn in memory, of which every edge is known."""
