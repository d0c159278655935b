"""Virtual try-on on this machine: clothes parsing, try-on previews, and a sandbox server.

``outfitanyone_local.engine`` works on arrays. ``outfitanyone_local.sandbox`` is a server
over it that speaks the vendor's protocol.
"""
