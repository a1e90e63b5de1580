"""Names and addresses in the lines that others' acts left behind: of one person, or of long ago."""

from datetime import datetime, timedelta

from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from alliance.portal.actions.copies import typed_rows
from alliance.portal.actions.personal_rules import TYPED, relations
from partners.models import (
    Bounce,
    BulkAct,
    BulkLine,
    Mailing,
    MailingRecipient,
    MailingSelection,
    Membership,
    SheetRow,
    User,
)

LONG, IDLE = timedelta(days=365), timedelta(days=30)
SOMEBODY = "Personne effacée"


def forget_lines(person: User) -> None:
    """Lines of bulk acts and of spreadsheets upon this person's rows: called while those rows are still there."""
    nouns = set(BulkAct.objects.order_by().values_list("noun", flat=True).distinct())
    rows = [User.objects.filter(pk=person.pk)]
    rows += [model._base_manager.filter(**{field.name: person}) for _, model, field in relations()]
    rows += [found for _, found in typed_rows(person, TYPED)]
    for each in rows:
        if each.model._meta.label_lower in nouns:
            lines = BulkLine.objects.filter(act__noun=each.model._meta.label_lower, row_id__in=each.values("pk"))
            lines.update(label=SOMEBODY, words="")
    here = Membership.objects.filter(user=person).values("pk")
    named = Q(sheet__noun="people", row_id__in=here) | Q(cells__icontains=person.email)
    SheetRow.objects.filter(named).update(cells=[], changes={}, wrong={}, label="", words="", is_chosen=False)


def forget_addresses(*, at: datetime) -> int:
    """What nobody needs a year later: addresses of bulk mails and of mended failures, names in bulk acts."""
    old = at - LONG
    address = Concat(Value("oubliee-"), Cast("pk", CharField()), Value("@oubliee.invalid"))
    left = Q(mailing__confirmed_at__lt=old) | Q(mailing__confirmed_at__isnull=True, mailing__written_at__lt=old)
    recipients = MailingRecipient.objects.filter(left).exclude(address="").exclude(address__endswith="@oubliee.invalid")
    count = recipients.update(address=address, reply="")
    count += Bounce.objects.filter(Q(lifted_at__lt=old) | Q(person__isnull=True, bounced_at__lt=old)).delete()[0]
    count += BulkLine.objects.filter(act__chosen_at__lt=old).exclude(label="", words="").update(label="", words="")
    BulkAct.objects.filter(state__in=["chosen", "previewed"], chosen_at__lt=at - IDLE).delete()
    written = Exists(Mailing.objects.filter(selection=OuterRef("pk")))
    MailingSelection.objects.filter(~written, made_at__lt=at - IDLE).delete()
    return count
