from __future__ import annotations

import os
import uuid

import pytest
from django.db import connection


@pytest.mark.slow
def test_second_database__holds_rows_and_transactions(run_module):
    assert run_module("tests.second_database.scenario").endswith("fine\n")


@pytest.mark.skipif(connection.vendor == "sqlite", reason="needs a database server")
def test_second_database__on_a_server(run_module):
    done = run_module(
        "tests.second_database.scenario",
        DATABASE_URL=os.environ["DATABASE_URL"],
        TEST_DATABASES=f"second_{uuid.uuid4().hex[:12]}",
    )

    assert done.endswith("fine\n")
