"""Diagnoses the connection to each engine in use, by the engine's own free calls."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from functools import wraps

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from django_outfitanyone.checks.engines import engines_in_use
from django_outfitanyone.conf import ConfigurationError, EngineSettings
from django_outfitanyone.diagnostics.findings import (
    Finding,
    Findings,
    ok,
    problem,
    remedy_for,
    warning,
)
from django_outfitanyone.engines.addresses import is_private_url
from django_outfitanyone.engines.base import CheckResult
from django_outfitanyone.exceptions import OutfitAnyoneError

END_NOTICE = timedelta(days=60)
"""How long before its end an engine's last day is reported."""

Diagnosis = Callable[[EngineSettings], Findings]


def _of_each_engine(diagnosis: Diagnosis) -> Callable[[], Findings]:
    """Run the diagnosis for each engine in use; of several, each finding says which."""

    @wraps(diagnosis)
    def diagnose() -> Findings:
        engines = engines_in_use()
        for engine in engines:
            for finding in diagnosis(engine):
                name = f"{engine.alias}: " if len(engines) > 1 else ""
                yield replace(finding, text=f"{name}{finding.text}")

    return diagnose


@_of_each_engine
def diagnose_engine(engine: EngineSettings) -> Findings:
    """Report what the engine's free calls tell about key, address, clock and credits."""
    try:
        with closing(engine.load()) as loaded:
            results = list(loaded.check())
    except ConfigurationError as error:
        yield problem("key", str(error), f"export {engine.api_key_env}=...")
    except OutfitAnyoneError as error:
        yield problem("api", str(error), remedy_for(error, engine.backend_class))
    else:
        for result in results:
            yield _finding(result, engine)


@_of_each_engine
def diagnose_end(engine: EngineSettings) -> Findings:
    """Warn of models that the vendor has ended or is about to end."""
    if is_private_url(engine.base_url):
        return
    for model in engine.remote_models:
        ends_on = _end_of(engine, model)
        if ends_on:
            text = _("The vendor ends the model %(model)s on %(day)s.")
            values = {"model": model, "day": date_format(ends_on, "DATE_FORMAT")}
            yield warning(
                "models",
                text % values,
                _('Add another engine to OUTFITANYONE["ENGINES"] before that day.'),
            )


def _finding(result: CheckResult, engine: EngineSettings) -> Finding:
    """Return the result in the reader's language; a line of its entry gets its place there."""
    text = _(result.message) % result.values if result.values else _(result.message)
    if result.is_good:
        return ok(result.name, text)
    remedy = _(result.remedy) if result.remedy else ""
    if remedy.startswith('"'):
        remedy = f'OUTFITANYONE = {{"ENGINES": {{"{engine.alias}": {{..., {remedy}}}}}}}'
    return (warning if result.is_warning else problem)(result.name, text, remedy)


def _end_of(engine: EngineSettings, model: str) -> date | None:
    """Return the last day of a model if it is near or over."""
    ends_on = engine.capabilities(model).ends_on
    return ends_on if ends_on and ends_on <= timezone.localdate() + END_NOTICE else None
