"""Ids and constructors of check messages."""

from __future__ import annotations

from django_outfitanyone.check_messages import Messages, error, warning

__all__ = ["IDS", "Messages", "error", "warning"]

IDS = {
    "E001": "OUTFITANYONE is not a dict, or a key or option is unknown",
    "E002": "a setting has an invalid value",
    "E003": "OUTFITANYONE_PRODUCT_MODEL names no installed model",
    "E004": "a dotted path in the settings cannot be imported",
    "E005": "Q_CLUSTER_NAME names no cluster of django-q2",
    "E006": "the catalogue adapter cannot tell which products are visible",
    "E007": "USE_TZ is off",
    "E008": "an engine has no prices in its currency",
    "E009": "keys that describe an engine stand outside of ENGINES",
    "E010": "an engine has no BACKEND",
    "E011": "PARSER names no engine that parses clothes",
    "E012": "FALLBACKS names no engine that makes pictures, or one twice",
    "E013": "WAKER names no waker",
    "E014": "what WAKER names is not installed",
    "E015": "the queue that WAKER names is not set up",
    "E016": "a storage that is set is no alias of STORAGES",
    "W001": "an engine has no API key",
    "W002": "django-q2 may kill a task before it has finished",
    "W003": "django-q2 may start a task again while it is still running",
    "W004": "django-q2 prefetches more tasks than it can run",
    "W005": "SQLite is not set up for several processes",
    "W006": "nothing wakes the worker",
    "W007": "MEDIA_ROOT is not set",
    "W008": "the queue runs tasks inside the web request",
    "W009": "django-q2 queues a task for every minute of downtime",
    "W010": "a remote model has no price",
    "W011": "a budget is smaller than the price of one picture",
    "W012": "visitors see pictures before a person has reviewed them",
    "W013": "the free quota names a model that is not used",
    "W014": "the local parser is not installed",
    "W015": "the vendor has ended the default model of an engine",
    "W016": "an engine in FALLBACKS may train on the pictures",
    "W017": "no try-on can fall back to an engine in FALLBACKS",
    "W018": "nothing wakes the worker for work that is due later",
    "W019": "a method of the catalogue adapter fails, or returns a wrong value",
    "W050": "visitors see pictures that AI made without a visible label",
    "W051": "a certificate is set, but c2pa is not installed",
    "W052": "pictures cannot be signed with the certificate and key",
}
"""Every check id with its meaning, as docs/settings.md lists them."""
