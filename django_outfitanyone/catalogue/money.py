"""Amounts of money, rounded for their currency and written as the visitor's language does.

Django formats the number. Where the symbol stands is in the tables below, taken from the Unicode
CLDR for the languages of Django: a library such as Babel brings 30 MB of data for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils.formats import number_format
from django.utils.translation import get_language

NO_DECIMALS = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split()  # noqa: SIM905
)
THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""Currencies (ISO 4217) without the usual two decimal places."""

SYMBOLS = {
    "AUD": "A$",
    "BRL": "R$",
    "CAD": "CA$",
    "CNY": "CN¥",
    "EUR": "€",
    "GBP": "£",
    "HKD": "HK$",
    "ILS": "₪",
    "INR": "₹",
    "JPY": "¥",
    "KRW": "₩",
    "MXN": "MX$",
    "NZD": "NZ$",
    "TWD": "NT$",
    "USD": "$",
    "VND": "₫",
}
"""Symbols that name one currency in nearly every language. Others are written as their code."""

OWN_SYMBOLS = {
    ("CNY", "zh-hans"): "¥",
    ("CZK", "cs"): "Kč",
    ("DKK", "da"): "kr.",
    ("HUF", "hu"): "Ft",
    ("JPY", "zh-hans"): "JP¥",
    ("NOK", "nb"): "kr",
    ("PLN", "pl"): "zł",
    ("SEK", "sv"): "kr",
    ("TRY", "tr"): "₺",
    ("UAH", "uk"): "₴",
    ("USD", "fr"): "$US",
    ("USD", "zh-hans"): "US$",
    ("USD", "zh-hant"): "US$",
}
"""Symbols that a language has for its own currency, or writes differently."""

SYMBOL_FIRST = frozenset(
    "af bn cy en ga gd hi id ig ja kn ko ml mr ms pa te th tr ug ur zh".split()  # noqa: SIM905
)
SYMBOL_FIRST_WITH_SPACE = frozenset({"fy", "mn", "ne", "nl", "pt-br", "sw", "ta"})
SYMBOL_FIRST_REGIONS = frozenset({"es-ar", "es-co", "es-mx", "es-ni", "es-ve"})
"""Languages that write “€55” or “€ 55”. All others write “55 €”."""

NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Money:
    """An amount with its ISO 4217 currency, such as ``Money(Decimal("39"), "EUR")``.

    The amount is rounded to the decimal places of the currency, half up, and has all of them:
    39 euros are ``39.00``, 3900.4 yen are ``3900``. Raises ``ValueError`` for what is no finite
    number, and for what is no code of three letters.

    As text it is written for the active language: ``€39.00`` in English, ``39,00 €`` in German.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        code = str(self.currency)
        if not (len(code) == 3 and code.isascii() and code.isalpha()):
            raise ValueError(f"{self.currency!r} is no ISO 4217 code such as 'EUR'.")
        object.__setattr__(self, "currency", code.upper())
        object.__setattr__(self, "amount", _rounded(self.amount, self.digits))

    @property
    def digits(self) -> int:
        """The decimal places of the currency."""
        return 0 if self.currency in NO_DECIMALS else 2 + (self.currency in THREE_DECIMALS)

    def __str__(self) -> str:
        language = (get_language() or "en").lower()
        symbol = _symbol(self.currency, language)
        sign = "-" if self.amount < 0 else ""
        number = number_format(abs(self.amount), self.digits, force_grouping=True)
        if _is_symbol_first(language):
            space = NO_BREAK if symbol[-1].isalpha() or _has_space(language) else ""
            return f"{sign}{symbol}{space}{number}"
        return f"{sign}{number}{NO_BREAK}{symbol}"


def _rounded(amount: object, digits: int) -> Decimal:
    try:
        # a float has digits that no one has written: its shortest text has none of them
        value = amount if isinstance(amount, Decimal) else Decimal(str(amount))
        rounded = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    except InvalidOperation as error:
        raise ValueError(f"{amount!r} is no amount of money.") from error
    if rounded.is_nan():
        raise ValueError(f"{amount!r} is no amount of money.")
    return rounded


def _symbol(currency: str, language: str) -> str:
    for name in _from_region_to_language(language):
        if (currency, name) in OWN_SYMBOLS:
            return OWN_SYMBOLS[currency, name]
    return SYMBOLS.get(currency, currency)


def _is_symbol_first(language: str) -> bool:
    return (
        _has_space(language)
        or language in SYMBOL_FIRST_REGIONS
        or language.partition("-")[0] in SYMBOL_FIRST
    )


def _has_space(language: str) -> bool:
    names = _from_region_to_language(language)
    return any(name in SYMBOL_FIRST_WITH_SPACE for name in names)


def _from_region_to_language(language: str) -> tuple[str, str]:
    """Return ``pt-br`` and ``pt``; Chinese of a region is written as in its script."""
    if language in {"zh", "zh-cn", "zh-sg", "zh-my"}:
        language = "zh-hans"
    elif language in {"zh-tw", "zh-hk", "zh-mo"}:
        language = "zh-hant"
    return language, language.partition("-")[0]
