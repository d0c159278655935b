"""The facts of the engine's two documents, with the tests that prove each of them."""
