"""Servers with OpenAI's endpoint ``/v1/images/edits``: one adapter for many image editors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from django_outfitanyone.engines.base import (
    NOTHING,
    CheckResult,
    Defaults,
    EngineConfig,
    Result,
    TaskReport,
    TryOnOrder,
)
from django_outfitanyone.engines.capabilities import Capabilities, Rate
from django_outfitanyone.engines.error_kind import gettext_noop as _
from django_outfitanyone.engines.json_engine import JsonEngine
from django_outfitanyone.engines.prompts import GARMENTS, PROMPT_VERSION
from django_outfitanyone.exceptions import DownloadRefused, InputRejected, RequestRefused

from . import answers
from .options import OPTIONS, value_of
from .request import form_of
from .tables import ERRORS, LINKS, capabilities_of

EDITS = "images/edits"
MODELS = "models"


class ImagesEdits(JsonEngine):
    """OpenAI, a proxy such as LiteLLM, or an own server such as vLLM-Omni or SGLang.

    ``submit`` waits for the picture, up to ``ANSWER_SECONDS``, and its answer holds it. The API
    has neither keys for requests nor a list of tasks, so a lost answer stays unclear. A server
    error stays unclear too: the picture may have been made and billed before it.
    """

    TITLE = "Images edits"
    DEFAULTS = Defaults(
        base_url="https://api.openai.com/v1",
        api_key_env="OPENAI_API_KEY",
        remote_models=("gpt-image-2.6-flare", "gpt-image-2.6-sunburst"),
        currency="USD",
        concurrent_tasks=4,
        submits=Rate(5, 60.0),
        queries=Rate(20),
    )
    OPTIONS = OPTIONS
    LINKS = LINKS
    ERRORS = ERRORS
    ANSWER_LIMIT = 32 * 1024 * 1024
    PROMPT_VERSION: ClassVar[str] = PROMPT_VERSION

    @classmethod
    def is_sandbox(cls, base_url: str) -> bool:
        """Return False: a server on a private address is the shop's own, not a sandbox."""
        return False

    @classmethod
    def capabilities(cls, remote_model: str, options: Mapping[str, Any] = NOTHING) -> Capabilities:
        return capabilities_of(remote_model, options)

    def submit(self, order: TryOnOrder, *, key: str = "") -> TaskReport:
        """Send one paid request and return its pictures.

        Raise ``RequestRefused`` for an outfit that the server cannot wear.
        """
        self._check_order(order)
        options = self.config.options
        reader = partial(answers.finished_task, token_prices=value_of(options, "TOKEN_PRICES"))
        return self._client.pay(EDITS, reader, form=form_of(order, options), window=order.window)

    def fetch(self, result: Result, *, max_bytes: int) -> bytes | None:
        """Return the bytes of the answer, or a file of this server, which may want the key.

        Any other address is left to the app's download, which sends no key.
        """
        if result.data is not None:
            if len(result.data) > max_bytes:
                raise DownloadRefused(f"The picture is larger than {max_bytes} bytes.")
            return result.data
        address = self._addresses.own(self._whole(result.url))
        return self._client.fetch(address, max_bytes=max_bytes) if address else None

    def _whole(self, address: str) -> str:
        """Return an address with the path before ``/v1`` of a server behind a prefix."""
        start, _slash, version = self.base_url.rpartition("/")
        return f"{start}{address}" if address.startswith(f"/{version}/") else address

    def _read_timeout(self, config: EngineConfig) -> float:
        return float(value_of(config.options, "ANSWER_SECONDS"))

    def _check_order(self, order: TryOnOrder) -> None:
        most = value_of(self.config.options, "MAX_GARMENTS")
        kinds = {garment.kind for garment in order.garments}
        if not 1 <= len(order.garments) <= most or not kinds <= GARMENTS.keys():
            raise RequestRefused(
                f"This engine wears 1 to {most} garments, of the kinds {', '.join(GARMENTS)}."
            )
        most_count = self.capabilities(order.model, self.config.options).max_count
        if not 1 <= order.count <= most_count:
            raise RequestRefused(f"This engine makes 1 to {most_count} pictures in one request.")

    def _probe(self) -> Sequence[CheckResult]:
        """Ask for the list of models, which is free; some servers have none."""
        try:
            self._client.ask("GET", MODELS, answers.models, seconds=self.config.read_timeout)
        except InputRejected as error:
            if error.http_status not in {404, 405}:
                raise
            message = _("The server answers, but has no list of models to check the key with.")
            return (CheckResult(is_good=True, message=message),)
        return (CheckResult(is_good=True, message=_("The API key works.")),)
