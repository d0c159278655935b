"""A local server that speaks DashScope's OutfitAnyone protocol.

Start it with ``python -m outfitanyone_local.sandbox``. ``docs/sandbox.md`` lists what it
checks, what it fakes and what it leaves out. It shares no code with
``django_outfitanyone``, so a bug in the client cannot hide behind the same bug here.
"""
