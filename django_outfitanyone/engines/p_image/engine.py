"""Pruna's P-Image-Try-On: a whole outfit in one request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import quote

from django_outfitanyone.engines import json_values
from django_outfitanyone.engines.base import (
    NOTHING,
    CheckResult,
    Defaults,
    EngineConfig,
    Result,
    TaskReport,
    TryOnOrder,
    Upload,
)
from django_outfitanyone.engines.capabilities import Capabilities, OrderSize
from django_outfitanyone.engines.error_kind import gettext_noop as _
from django_outfitanyone.engines.json_client import Reply
from django_outfitanyone.engines.json_engine import JsonEngine
from django_outfitanyone.engines.json_values import Malformed
from django_outfitanyone.exceptions import InputRejected, RequestRefused

from . import answers
from .tables import (
    CURRENCY,
    ERRORS,
    FIRST_GARMENT,
    FURTHER_GARMENT,
    KINDS,
    LINKS,
    MOST_GARMENTS,
    OPTIONS,
    SYNC_SECONDS,
    TURBO_GARMENT,
    capabilities_of,
)

PREDICTIONS = "v1/predictions"
_NO_TASK = "00000000-0000-0000-0000-000000000000"


class PImage(JsonEngine):
    """P-Image-Try-On on Pruna's own API, or any server that speaks its protocol.

    With the option ``SYNC``, the API is asked to answer with the result (``Try-Sync``); it may
    still answer with a task. The API has neither keys for requests nor a list of tasks, so a
    lost answer stays unclear.
    """

    TITLE = "P-Image-Try-On"
    DEFAULTS = Defaults(
        base_url="https://api.pruna.ai",
        api_key_env="PRUNA_API_KEY",
        remote_models=("p-image-try-on",),
        currency=CURRENCY,
    )
    OPTIONS = OPTIONS
    LINKS = LINKS
    KEY_HEADER = "apikey"
    KEY_PREFIX = ""
    DOMAIN = "pruna.ai"
    ERRORS = ERRORS

    @classmethod
    def capabilities(cls, remote_model: str, options: Mapping[str, Any] = NOTHING) -> Capabilities:
        return capabilities_of(remote_model, options)

    @classmethod
    def price(
        cls, remote_model: str, size: OrderSize, currency: str, options: Mapping[str, Any] = NOTHING
    ) -> Decimal | None:
        """Return the list price of one request by the number of its garments."""
        if currency != CURRENCY or remote_model not in cls.DEFAULTS.remote_models:
            return None
        if options.get("TURBO"):
            return TURBO_GARMENT * size.garments
        return FIRST_GARMENT + FURTHER_GARMENT * (size.garments - 1)

    def submit(self, order: TryOnOrder, *, key: str = "") -> TaskReport:
        """Send one paid request; raise ``RequestRefused`` for an outfit it cannot wear."""
        headers = {"Model": order.model}
        if self._is_sync(self.config):
            headers["Try-Sync"] = "true"
        reader = partial(answers.submitted_task, own=self._addresses.own)
        return self._client.pay(
            PREDICTIONS, reader, body=self._body(order), headers=headers, window=order.window
        )

    def query(self, handle: str) -> TaskReport:
        """Return the state of a task by its id or by its own address."""
        path = f"{PREDICTIONS}/status/{quote(handle, safe='')}"
        if "://" in handle:
            path = self._own_address(handle)
        return self._ask_task(path, partial(answers.task_report, handle=handle), handle=handle)

    def fetch(self, result: Result, *, max_bytes: int) -> bytes | None:
        """Return a picture on the engine's own servers, which want the key.

        Any other address is left to the app's download, which sends no key.
        """
        address = self._addresses.own(result.url)
        return self._client.fetch(address, max_bytes=max_bytes) if address else None

    def upload(self, data: bytes, *, filename: str, model: str) -> Upload:
        files = {"content": (filename, data)}
        upload = self._client.ask("POST", "v1/files", answers.upload_of, files=files)
        return replace(upload, url=self._addresses.absolute(upload.url))

    @staticmethod
    def _is_sync(config: EngineConfig) -> bool:
        return bool(config.options.get("SYNC"))

    def _read_timeout(self, config: EngineConfig) -> float:
        longest = SYNC_SECONDS + 15.0 if self._is_sync(config) else 0.0
        return max(config.read_timeout, longest)

    def _body(self, order: TryOnOrder) -> dict[str, Any]:
        if order.count != 1:
            raise RequestRefused("P-Image-Try-On makes one picture in a request.")
        kinds = [garment.kind for garment in order.garments]
        if not 1 <= len(kinds) <= MOST_GARMENTS or not KINDS.issuperset(kinds):
            raise RequestRefused(
                f"P-Image-Try-On wears 1 to {MOST_GARMENTS} garments, of the kinds "
                f"{', '.join(sorted(KINDS))}."
            )
        if len(set(kinds)) != len(kinds):
            raise RequestRefused("P-Image-Try-On wears one garment of each kind.")
        inputs: dict[str, Any] = {
            "person_image": order.person.url,
            "garment_images": [garment.picture.url for garment in order.garments],
            "prompt": "",
            "turbo": bool(self.config.options.get("TURBO")),
            "output_format": "png",
            "preserve_input_size": True,
        }
        if not all([inputs["person_image"], *inputs["garment_images"]]):
            raise RequestRefused("P-Image-Try-On needs an address for every picture.")
        if order.seed is not None:
            inputs["seed"] = order.seed
        return {"input": inputs}

    def _probe(self) -> Sequence[CheckResult]:
        """Query a task that does not exist: the API checks the key first."""
        try:
            self._client.ask("GET", f"{PREDICTIONS}/status/{_NO_TASK}", _any_answer)
        except InputRejected as error:
            if error.http_status not in {400, 404, 410, 422}:
                raise
        return (CheckResult(is_good=True, message=_("The API key works.")),)


def _any_answer(reply: Reply) -> None:
    """Accept each answer of the API, about a task or about an error."""
    if not json_values.word(reply.document.get("status")) and not reply.fault[1]:
        raise Malformed("The answer says nothing about a task.")
