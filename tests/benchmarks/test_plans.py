"""Query plans in one line, and which of them read a large table sequentially."""

from __future__ import annotations

from benchmarks.plans import LARGE, described, large_scans, line_of

INDEX = {"Node Type": "Index Scan", "Index Name": "outfit_newest", "Relation Name": "try_on"}
SEQUENTIAL = {"Node Type": "Seq Scan", "Relation Name": "django_outfitanyone_product"}
JOIN = {"Node Type": "Nested Loop", "Plans": [INDEX, SEQUENTIAL]}
PLAN = {"Node Type": "Limit", "Plans": [JOIN]}


def test_line__names_nodes_and_indexes():
    expected = "Limit(Nested Loop(Index Scan outfit_newest, Seq Scan product))"
    assert line_of(PLAN) == expected


def test_large_scan__is_named():
    assert large_scans(PLAN, {"django_outfitanyone_product": LARGE}) == ["product"]


def test_sequential_scan__of_a_small_table_is_fine():
    assert large_scans(PLAN, {"django_outfitanyone_product": LARGE - 1}) == []


def test_index_scan__of_a_large_table_is_fine():
    assert large_scans(INDEX, {"try_on": 10 * LARGE}) == []


def test_parallel_scan__counts():
    parallel = {**SEQUENTIAL, "Node Type": "Parallel Seq Scan"}
    assert large_scans(parallel, {"django_outfitanyone_product": LARGE}) == ["product"]


class Connection:
    """Answers EXPLAIN with a plan, and the question for sizes with those of one table."""

    def __init__(self):
        self.explained = []

    def cursor(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return None

    def execute(self, sql, parameters=()):
        if sql.startswith("EXPLAIN"):
            self.explained.append((sql, parameters))

    def fetchone(self):
        return ([{"Plan": PLAN}],)

    def fetchall(self):
        return [("django_outfitanyone_product", LARGE)]


def test_described__explains_each_statement_that_reads_once():
    connection = Connection()
    statements = [("SELECT 1", (7,)), ("UPDATE x", ()), ("SELECT 1", (8,)), ("SELECT 2", ())]
    found = described(connection, statements)
    assert connection.explained == [
        ("EXPLAIN (FORMAT JSON) SELECT 1", (7,)),
        ("EXPLAIN (FORMAT JSON) SELECT 2", ()),
    ]
    assert found == {"plan": line_of(PLAN), "large_scans": ["product"]}
