"""“Parse clothes”: the actions and the button that parse a picture."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from django_outfitanyone import actions
from django_outfitanyone.admin.actions import refusal_of, warn_about_refusals
from django_outfitanyone.admin.django_classes import AdminMixin
from django_outfitanyone.admin.parse_decisions import may_parse, price_of_parse
from django_outfitanyone.choices import ClothesType
from django_outfitanyone.models import ClothesParse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest

    from django_outfitanyone.models.of_picture import Picture


PARSE_ACTIONS = ("parse_clothes", "parse_clothes_again")
"""For ``actions`` of an admin that uses ``ParseClothesMixin``."""

PARSE_BUTTON = "_parse_clothes"
PARSE_TYPES = "_clothes_types"
PARSE_CHOICES = (
    ("", gettext_lazy("automatic: upper and lower, or a dress")),
    ("upper", ClothesType.UPPER.label),
    ("lower", ClothesType.LOWER.label),
    ("upper,lower", gettext_lazy("upper and lower")),
    ("dress", ClothesType.DRESS.label),
)
"""What the button can parse: values and labels of the choice beside it."""


class ParseClothesMixin(AdminMixin):
    """Parses pictures from the changelist and from the page of a picture.

    For admins of model photos and try-on results.
    """

    def has_parse_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may request parses, which cost money."""
        return may_parse(request)

    def parse_button(self, request: HttpRequest, picture: Picture) -> dict[str, Any]:
        """Return label and choices of the button that parses the picture, for its template.

        Without permission, the label is ``""``.
        """
        return {
            "parse_label": self.parse_label(request, picture),
            "parse_choices": PARSE_CHOICES,
        }

    def parse_label(self, request: HttpRequest, picture: Picture) -> str:
        """Return the label of the button that parses the picture, or ``""`` without permission."""
        may_press = self.has_change_permission(request, picture) and may_parse(request)
        if not picture.image or not may_press:  # the button saves the page, too
            return ""
        is_again = picture.hotspots.exists()
        if not (cost := price_of_parse(request)):
            return _("Parse clothes again (charged again)") if is_again else _("Parse clothes")
        label = _("Parse clothes again (%(cost)s)") if is_again else _("Parse clothes (%(cost)s)")
        return label % {"cost": cost}

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Parse the picture after saving, if the button beside it was pressed."""
        if PARSE_BUTTON not in request.POST:
            return super().response_change(request, obj)
        if not self.has_parse_permission(request):
            raise PermissionDenied
        chosen = request.POST.get(PARSE_TYPES, "")
        types = chosen.split(",") if chosen else None
        self.request_parses(request, [obj], again=True, types=types)
        return HttpResponseRedirect(request.get_full_path())

    @admin.action(description=gettext_lazy("Parse clothes"), permissions=["parse"])
    def parse_clothes(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.request_parses(request, queryset, again=False)

    @admin.action(
        description=gettext_lazy("Parse clothes again (charged again)"), permissions=["parse"]
    )
    def parse_clothes_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.request_parses(request, queryset, again=True)

    def request_parses(
        self,
        request: HttpRequest,
        pictures: Iterable[Picture],
        *,
        again: bool,
        types: Sequence[str] | None = None,
    ) -> None:
        """Queue a parse for each picture and tell the user how many will be charged."""
        started_at = timezone.now()
        parses: list[ClothesParse] = []

        def request_parse(picture: Picture) -> None:
            parse = actions.parse_clothes(picture, types, requested_by=request.user, again=again)
            parses.append(parse)

        refusals = Counter(refusal_of(partial(request_parse, picture)) for picture in pictures)
        del refusals[""]
        new = sum(parse.created_at >= started_at for parse in parses)
        known = len(parses) - new
        if new:
            text = _queued_text(request, new, again=again, is_automatic=types is None)
            self.message_user(request, text, messages.SUCCESS)
        if known:
            text = ngettext(
                "%(count)d picture is being parsed or was parsed before; it is not charged "
                "again. To parse it again, use “Parse clothes again”.",
                "%(count)d pictures are being parsed or were parsed before; they are not charged "
                "again. To parse them again, use “Parse clothes again”.",
                known,
            )
            self.message_user(request, text % {"count": known}, messages.INFO)
        warn_about_refusals(refusals, model_admin=self, request=request)


def _queued_text(request: HttpRequest, count: int, *, again: bool, is_automatic: bool) -> str:
    if price := price_of_parse(request):
        text = ngettext(
            "%(count)d clothes parse is queued and will cost at most %(cost)s.",
            "%(count)d clothes parses are queued and will cost at most %(cost)s.",
            count,
        )
        dress = _(
            "A picture that shows neither a top nor a bottom is parsed once more for a dress, "
            "for another %(price)s."
        )
    else:
        text = ngettext(
            "%(count)d clothes parse is queued.", "%(count)d clothes parses are queued.", count
        )
        dress = _(
            "A picture that shows neither a top nor a bottom is parsed once more for a dress, "
            "which is charged."
        )
    sentences = [text % {"count": count, "cost": price_of_parse(request, count)}]
    if is_automatic:
        sentences.append(dress % {"price": price})
    if again:
        sentences.append(_("Pictures that were parsed before are charged again."))
    return " ".join(sentences)
