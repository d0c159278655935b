"""``python -m django_outfitanyone.sandbox``: alias of ``python -m outfitanyone_local.sandbox``."""

import sys

try:
    from outfitanyone_local.sandbox.__main__ import main
except ModuleNotFoundError:
    print('Install the sandbox: pip install "django-outfitanyone[sandbox]"', file=sys.stderr)
    sys.exit(2)
sys.exit(main())
