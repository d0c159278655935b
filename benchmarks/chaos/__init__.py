"""The chaos test: real clusters under random faults, then a count of what was lost or paid twice.

``__main__`` runs ``round`` on each pair of database and broker. In a round the ``injector``
draws faults from ``calls``, ``processes``, ``outages`` and ``deletions``; the ``fault_log``
counts them. Meanwhile ``person`` decides about unclear rows. In the end ``evidence`` collects
what the database and the sandbox know, and ``verdict`` judges it. ``engine`` and ``storage``
are what the workers run with: both can be disturbed from outside.
"""
