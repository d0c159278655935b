"""``python -m django_outfitanyone.sandbox``: short for ``python -m outfitanyone_local.sandbox``."""

from outfitanyone_local.sandbox.__main__ import main

raise SystemExit(main())
