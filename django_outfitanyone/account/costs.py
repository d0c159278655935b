"""What jobs cost, with the jobs of sandboxes apart: no one bills those."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django_outfitanyone.conf import conf

Amounts = dict[str, Decimal]
"""Amounts by currency; two currencies are never added up."""


@dataclass
class Costs:
    """Sums of what was paid, and of what sandboxes would have cost."""

    paid: Amounts = field(default_factory=dict)
    of_sandboxes: Amounts = field(default_factory=dict)

    def add(self, alias: str, currency: str, amount: Decimal | None) -> None:
        """Add what a job of this engine cost; ``None`` if it cost nothing."""
        engine = conf.engines.get(alias)
        is_sandbox = engine is not None and engine.is_sandbox
        amounts = self.of_sandboxes if is_sandbox else self.paid
        if amount:
            amounts[currency] = amounts.get(currency, Decimal(0)) + amount
