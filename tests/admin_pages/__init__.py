"""Every page of the admin with a season's work in it: for screenshots and tests of their layout."""
