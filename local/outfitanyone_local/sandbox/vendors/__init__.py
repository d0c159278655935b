"""The emulators of the vendors' APIs, one module or package each."""
