"""Caching headers: what visitors read may be kept for a moment, what users read may not.

An ``ETag`` is the hash of a response's body. Nothing cheaper is right: the body depends on rows
that ``QuerySet.update()`` changes without a trace, on the shop's own products, on whatever the
catalogue adapter asks, and on URLs that a storage signs. So a validator costs as much as the
response, and what makes it cheap is time: it is remembered as long as every cache may keep the
response anyway (RFC 9111, 4.2 "Freshness"). Within that time a conditional request is answered
without a query, and told how much of it is left, so that no copy gets older than without this.
A review forgets all of them: this site never confirms a copy with a picture that was withdrawn.
"""

from __future__ import annotations

import hashlib
import time
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from django.utils.translation import get_language
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response

from django_outfitanyone.publishing import REVIEWS_VERSION

MAX_AGE = 30
"""Seconds for which caches may answer visitors without asking this site again."""
VARY = ("Accept", "Accept-Language", "Authorization", "Cookie")
"""What a response may depend on. Sites choose the authentication, and may keep a language or a
currency in a cookie."""


class CachedReadMixin(mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """Lists and rows with the headers of this module."""

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return not_modified(request) or super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return not_modified(request) or super().retrieve(request, *args, **kwargs)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        finalize = super().finalize_response  # type: ignore[misc] # a view's
        finalized: Response = finalize(request, response, *args, **kwargs)
        if request.method in {"GET", "HEAD"}:
            describe(request, finalized)
        return finalized


def is_of_visitor(request: Request) -> bool:
    """Whether no user is signed in, so that the response holds what every visitor sees."""
    return not request.user.is_authenticated and request.auth is None


def not_modified(request: Request) -> Response | None:
    """Return 304 if the visitor has what was sent a moment ago, else ``None``: then look."""
    headers_sent = _plain(request).META
    stated = headers_sent.get("HTTP_IF_NONE_MATCH")
    is_forced = "no-cache" in headers_sent.get("HTTP_CACHE_CONTROL", "")
    if not stated or is_forced or not _is_shared(request):
        return None
    tag, fresh_until = cache.get(_key(request)) or ("", 0.0)
    seconds = int(fresh_until - time.time())
    if not tag or seconds <= 0 or not _has(request, tag):
        return None
    headers = {"ETag": tag, "Cache-Control": _public(seconds)}
    return Response(status=304, headers=headers)


def describe(request: Request, response: Response) -> None:
    """Add the headers to a response that was read with GET or HEAD."""
    patch_vary_headers(response, VARY)
    if not is_of_visitor(request):
        response.headers["Cache-Control"] = "private, no-store"
    elif response.status_code == 200 and "Retry-After" not in response.headers:
        response.headers["Cache-Control"] = _public(MAX_AGE)

        def validate(rendered: Any) -> HttpResponseBase | None:
            return _validated(request, rendered)

        response.add_post_render_callback(validate)


def _validated(request: Request, response: HttpResponse) -> HttpResponseBase | None:
    """Add the validator, remember it, and return 304 instead if the visitor has this body."""
    tag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
    response.headers["ETag"] = tag
    if _is_shared(request):
        cache.set(_key(request), (tag, time.time() + MAX_AGE), MAX_AGE)
    return _conditional(request, tag, response)


def _is_shared(request: Request) -> bool:
    """Whether many visitors may send this request: one with a cookie is of one visitor only."""
    sent = _plain(request).META  # making `request.headers` takes a tenth of the time of a 304
    is_personal = any(sent.get(name) for name in ("HTTP_COOKIE", "HTTP_AUTHORIZATION"))
    return not is_personal and is_of_visitor(request)


def _has(request: Request, tag: str) -> bool:
    """Whether the visitor has the body with this validator."""
    response = _conditional(request, tag, None)
    return response is not None and response.status_code == 304


def _conditional(request: Request, tag: str, response: HttpResponse | None) -> HttpResponse | None:
    """Return the response to a request that may be conditional, as Django decides it."""
    return get_conditional_response(_plain(request), etag=tag, response=response)


def _public(seconds: int) -> str:
    return f"public, max-age={seconds}"


def _key(request: Request) -> str:
    """Return the key of all that a shared response depends on."""
    plain = _plain(request)
    parts = [plain.scheme, plain.get_host(), plain.get_full_path()]
    parts += [get_language() or "", cache.get(REVIEWS_VERSION, "")]
    parts += [plain.META.get(name, "") for name in ("HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE")]
    return f"outfitanyone_api:{hashlib.sha256(repr(parts).encode()).hexdigest()}"


def _plain(request: Request) -> HttpRequest:
    """Return Django's request, whose attributes are found faster."""
    plain: HttpRequest = request._request  # noqa: SLF001 - documented by REST framework
    return plain
