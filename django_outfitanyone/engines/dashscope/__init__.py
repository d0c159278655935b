"""The DashScope API of Alibaba Cloud, spoken over HTTP. Imports no Django."""

from .client import DashScope
from .error_kind import ErrorKind
from .errors import classify, failure_of

__all__ = ["DashScope", "ErrorKind", "classify", "failure_of"]
