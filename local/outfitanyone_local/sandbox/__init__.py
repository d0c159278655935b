"""A local server that speaks DashScope's OutfitAnyone protocol.

Start it with ``python -m outfitanyone_local.sandbox``; ``docs/sandbox.md`` says what
it checks, what it fakes and what it does not do. Nothing here imports Django or any
other part of the app, so the sandbox cannot agree with the client by accident.
"""
