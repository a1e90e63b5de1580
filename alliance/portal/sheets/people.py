"""People in spreadsheets: their attachments to organisations. A new line invites, a date ends; names are theirs."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from alliance.portal.sheets import cells
from alliance.portal.sheets.agreements import named
from alliance.portal.sheets.columns import Column
from alliance.portal.sheets.lists import Lists
from alliance.portal.sheets.noun import ABOVE, Noun
from partners.actions.people import attach_member, end_membership
from partners.models import Membership, Organisation, User

THEIRS = "Une adresse ne se change pas ici : mettez fin à ce rattachement, et ajoutez une ligne."
NAMED = "Qui a un compte y écrit son nom : il ne se change pas ici."
OTHER = "Un rattachement ne change pas d’organisation : mettez-y fin, et ajoutez une ligne."
ROLE = "Un rôle ne se change pas : mettez fin à ce rattachement, et ajoutez une ligne."
TODAY = "Un rattachement prend fin le jour même : écrivez la date d’aujourd’hui."
OVER = "Ce rattachement est terminé : ajoutez une ligne pour inviter de nouveau."
COLUMNS = (
    Column("email", "Adresse électronique", lambda m: m.user.email, cells.email,
           ("email", "e-mail", "mail", "courriel", "adresse mail", "adresse e-mail"), width=34, is_required=True,
           fixed=THEIRS),
    Column("full_name", "Prénom et nom", lambda m: m.user.full_name, cells.text_of(User, "full_name"),
           ("nom", "nom complet", "contact", "personne", "nom et prénom", "nom prénom"), width=28, is_required=True,
           fixed=NAMED),
    Column("organisation", "Organisation (SIREN, SIRET ou adresse)", lambda m: m.organisation.slug,
           lambda text, lists: lists.organisation(text), ("organisation", "structure", "siren", "siret"), width=30,
           is_required=True, fixed=OTHER),
    Column("organisation_name", "Organisation (nom)", lambda m: m.organisation.name, width=30),
    Column("role", "Rôle", lambda m: m.get_role_display(), cells.choice_of(Membership.Role), ("rôle dans le portail",),
           accepted=lambda lists: tuple(Membership.Role.labels), width=28, is_required=True, fixed=ROLE),
    Column("job_title", "Qualité", lambda m: m.job_title, cells.text_of(Membership, "job_title"),
           ("fonction", "poste", "titre"), width=24),
    Column("starts_on", "Depuis le", lambda m: cells.say_day(m.starts_on)),
    Column("ends_on", "Jusqu’au", lambda m: cells.say_day(m.ends_on), cells.day, ("fin", "date de fin")),
)  # fmt: skip


class People(Noun):
    key, title, one, label = "people", "Personnes", "rattachement", "full_name"
    change_list = "admin:partners_membership_changelist"
    columns = COLUMNS
    model = Membership
    keys = ("email", "organisation", "role")

    def rows(self, user: User) -> QuerySet[Membership]:
        rows = Membership.objects.writable_by(user).select_related("user", "organisation")
        rows = rows.only(
            "role", "job_title", "starts_on", "ends_on", "ended_at", "user__email", "user__full_name",
            "organisation__name", "organisation__slug",
        )  # fmt: skip
        return rows.order_by("organisation__search_name", "user__full_name", "pk")

    def identity(self, row: Membership) -> str:
        return str(row.pk)

    def label_of(self, row: Membership) -> str:
        return f"{row.user}, {row.organisation.name}"

    def identified(self, rows: QuerySet, texts) -> dict[str, Membership]:
        numbers = [text for text in texts if text.isascii() and text.isdecimal() and len(text) < 18]
        return {str(one.pk): one for one in rows.filter(pk__in=numbers)}

    def held(self, lines: list[dict[str, str]], lists: Lists) -> list[int | None]:
        """The attachment that this person has today, in this role."""
        emails = {line["email"].lower() for line in lines if line.get("email")}
        rows = Membership.objects.live().filter(user__email__in=emails).select_related("user") if emails else ()
        here = {(one.user.email.lower(), one.organisation_id, one.role): one.pk for one in rows}
        return [here.get(asked(line, lists)) for line in lines]

    def check(self, values: dict, current, lists: Lists, edited: set[str]) -> Iterator[tuple[str, str]]:
        if current is None:
            yield from self.invited(values, lists)
        elif current.ended_at or (current.ends_on and current.ends_on < timezone.localdate()):
            yield from ((key, OVER) for key in sorted(edited & {"ends_on", "job_title"}))
        elif "ends_on" in edited and values["ends_on"] != timezone.localdate():
            yield "ends_on", TODAY

    def invited(self, values: dict, lists: Lists) -> Iterator[tuple[str, str]]:
        required = {"email": "L’adresse électronique est obligatoire.", "full_name": "Le nom est obligatoire.",
                    "organisation": "L’organisation est obligatoire."}  # fmt: skip
        yield from ((key, words) for key, words in required.items() if not values.get(key))
        if values.get("ends_on"):
            yield "ends_on", "Qui est invité n’a pas encore de fin : laissez cette case vide."
        writable = Organisation.objects.writable_by(lists.user)
        if values.get("organisation") and not writable.filter(pk=values["organisation"]).exists():
            yield "organisation", "Cette organisation n’est pas dans votre périmètre."
        one = (values.get("email"), values.get("organisation"), values.get("role"))
        if one in lists.made:
            yield "email", ABOVE
        lists.made.add(one)

    def write(self, membership: Membership | None, values: dict, lists: Lists) -> int:
        """A new line invites, by mail; an end is immediate."""
        if membership is None:
            return self.invite(values, lists).pk
        if "job_title" in values:
            membership.job_title = values["job_title"]
            membership.save(update_fields=["job_title"])
        if "ends_on" in values:
            if values["ends_on"] != timezone.localdate():
                raise ValidationError(TODAY)
            end_membership(membership=membership, by=lists.user)
        return membership.pk

    def invite(self, values: dict, lists: Lists) -> Membership:
        values.pop("ends_on", None)
        organisation = Organisation.objects.get(pk=values.pop("organisation"))
        return attach_member(organisation=organisation, by=lists.user, **values)


def asked(line: dict[str, str], lists: Lists) -> tuple[str, int | None, str]:
    try:
        role = cells.choice_of(Membership.Role)(line.get("role", ""), None)
    except ValidationError:
        role = ""
    return line.get("email", "").lower(), named(line, lists), role
