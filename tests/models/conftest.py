from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.db import IntegrityError, transaction


@pytest.fixture
def refused_by_database():
    """Return a context whose statements a constraint must refuse; other rows stay usable."""

    @contextmanager
    def refused():
        with pytest.raises(IntegrityError), transaction.atomic():
            yield

    return refused
