"""From a picture of a person to a figure: who is seen, in what pose, in which clothes."""
