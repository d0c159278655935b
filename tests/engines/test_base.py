from __future__ import annotations

import pytest

from django_outfitanyone.engines.base import RemoteState


@pytest.mark.parametrize("state", RemoteState)
def test_is_final__only_if_the_task_cannot_change_any_more(state):
    final = {
        RemoteState.SUCCEEDED,
        RemoteState.FAILED,
        RemoteState.CANCELED,
        RemoteState.GONE,
    }

    assert state.is_final is (state in final)
