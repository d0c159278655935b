"""From a figure and garments to the picture of the person wearing them."""
