"""Pictures drawn in memory, with exact ground truth."""
