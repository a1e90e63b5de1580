"""Who may do what at which address: every route of the portal, declared once, a line each.

``"name": Door("who reads", "noun of the address", post="who sends")``: words as in ``matrix.py``; nouns, with a row of
one's own, a stranger's and a missing one, as in ``matrix_world.py``. A model of the back office is a line of ``ADMIN``.
"""

from dataclasses import dataclass

from tests.portal import route_matrix_network as networks
from tests.portal.matrix import Door
from tests.portal.matrix_arrival import ARRIVAL
from tests.portal.matrix_closed import CLOSED
from tests.portal.matrix_doors import DOORS
from tests.portal.matrix_invitations import INVITATIONS
from tests.portal.matrix_lists import LISTS
from tests.portal.matrix_made import MADE
from tests.portal.matrix_mails import MAILS
from tests.portal.matrix_programme import PROGRAMME
from tests.portal.matrix_proposals import PROPOSALS
from tests.portal.matrix_report import REPORT
from tests.portal.matrix_workshops import WORKSHOPS

PUBLIC = Door("public")
PUBLIC_FORM = Door("public", post="public")
MINE = Door("signed_in", gives=(200, 302))
SPACE = Door("member", "organisation")
BEFORE = Door("public", post="public", gives=(200, 302))  # signing in: whoever has is sent on
FACTOR = Door("signed_in", post="signed_in", gives=(200, 302))  # whoever signed in long ago confirms first
OWN_KEY = Door("signatory", "key", post="signatory", gives=(200, 302), insiders=302)
NATIONAL = Door("national", post="national")

MACHINES = {
    "healthz": PUBLIC,
    "readyz": Door("public", gives=(200, 503)),
    "metrics": PUBLIC,
    "security_txt": Door("public", gives=(200, 404)),  # until the publisher gives an address
    "journal_checkpoints": PUBLIC,
    "journal_keys": PUBLIC,
}
ACCOUNT = {
    "account_login": BEFORE,
    "account_request_login_code": BEFORE,
    "account_confirm_login_code": BEFORE,
    "account_login_password": BEFORE,
    "mfa_login_webauthn": BEFORE,
    "mfa_authenticate": BEFORE,
    "account_inactive": PUBLIC,
    "account_logout": BEFORE,
    "account_reauthenticate": FACTOR,
    "mfa_reauthenticate": FACTOR,
    "mfa_reauthenticate_webauthn": FACTOR,
    "mfa_index": MINE,
    "mfa_list_webauthn": MINE,
    "account_change_password": FACTOR,
    "mfa_activate_totp": FACTOR,
    "mfa_deactivate_totp": FACTOR,
    "mfa_add_webauthn": FACTOR,
    "mfa_edit_webauthn": OWN_KEY,
    "mfa_remove_webauthn": OWN_KEY,
    "mfa_view_recovery_codes": MINE,
    "mfa_generate_recovery_codes": FACTOR,
    "mfa_download_recovery_codes": MINE,
}
PAGES = {
    "portal:home": PUBLIC,
    "portal:accessibility": PUBLIC,
    "portal:legal": PUBLIC,
    "portal:privacy": PUBLIC,
    "portal:sitemap_page": PUBLIC,
    "portal:help": PUBLIC,
    "portal:search": PUBLIC,
    "portal:suggestions": PUBLIC,
    "portal:figures": PUBLIC,
    "portal:axes_by_region": PUBLIC,
    "portal:open_data": PUBLIC,
    "portal:published": PUBLIC,
    "portal:catalogue": PUBLIC,
    "portal:api_changes": PUBLIC,
    "portal:robots": PUBLIC,
    "portal:sitemap": PUBLIC,
    "portal:sitemap_part": Door("public", "sitemap"),
    "partners:directory": PUBLIC,
    "partners:organisation": Door("public", "organisation"),
    "partners:report_organisation": Door("public", "organisation", post="public"),
    "partners:reported_organisation": Door("public", "organisation"),
    "partners:projects": PUBLIC,
    "partners:project_map": PUBLIC,
    "partners:project": Door("public", "project"),
    "partners:report_project": Door("public", "project", post="public"),
    "partners:reported_project": Door("public", "project"),
    "partners:agreements": PUBLIC,
    "partners:axes": PUBLIC,
    "partners:axis": Door("public", "axis"),
    "partners:territories": PUBLIC,
    "partners:region": Door("public", "region"),
    "partners:department": Door("public", "department"),
    "partners:write_to_region": Door("public", "region", post="public"),
    "partners:wrote_to_region": Door("public", "region"),
    "partners:write_to_department": Door("public", "department", post="public"),
    "partners:wrote_to_department": Door("public", "department"),
    "partners:communes": PUBLIC,
    "charter:charter": PUBLIC,
    "charter:version": Door("public", "version"),
    "charter:compare": Door("public", "versions"),
    "charter:compare_choice": Door("public", gives=(200, 302)),
    "charter:signatories": PUBLIC,
    "charter:badge": Door("key", "signature"),
    "charter:verify": PUBLIC_FORM,
    "charter:verify_tool": PUBLIC,
    "charter:verify_tool_file": PUBLIC,
    "charter:verify_code": Door("key", "signature"),
    "events:conventions": PUBLIC,
    "events:convention": Door("public", "convention"),
    "events:convention_ics": Door("public", "convention"),
    "events:offer": Door("key", "offer", post="key"),
    "kept:calendar": PUBLIC,
    "kept:asked": PUBLIC,
    "kept:confirm": Door("key", "alert", post="key"),
    "kept:end": Door("key", "alert", post="key"),
} | {
    f"kept:{noun}_{name}": PUBLIC_FORM if name == "reuse" else PUBLIC
    for noun in ("annuaire", "projets", "accords", "conventions", "signatures")
    for name in ("reuse", "embed", "feed")
}
SPACES = {
    "portal:space": MINE,
    "portal:space_organisation": SPACE,
    "portal:space_team": Door("member", "organisation", post="administrator", refuses=404),
    "portal:space_end_membership": Door("administrator", "membership", post="administrator"),
    "partners:space_projects": Door(
        "member", "organisation", post="writer", body={"project": "projet-atelier", "verdict": "same"}
    ),
    "partners:space_project_new": Door("writer", "organisation", post="writer", insiders=403),
    "partners:space_project_edit": Door("writer", "space_project", post="writer", insiders=403),
    "portal:space_agreements": SPACE,
    "portal:space_agreement": Door("member", "space_agreement"),
    "portal:space_agreement_act": Door("writer", "space_agreement_act", post="writer", insiders=403),
    "portal:space_agreement_settle": Door("", "space_agreement_comment", post="writer", insiders=403),
    "portal:space_agreement_done": Door("", "space_agreement_action", post="writer", insiders=403),
    "portal:space_agreement_paper": Door("member", "space_agreement_paper"),
    "portal:space_agreement_file": Door("member", "space_agreement_file"),
    "partners:space_project_alike": SPACE,
    "partners:space_project_draft": Door("", "organisation", post="writer", insiders=403),
    "partners:space_project_photos": Door("writer", "space_project", post="writer", insiders=403),
    "partners:space_project_withdraw": Door("", "space_project", post="writer", insiders=403),
    "partners:space_profile": Door("writer", "organisation", post="writer", insiders=403),
    "partners:space_profile_withdraw": Door("", "organisation", post="writer", insiders=403),
    "charter:sign": MINE,
    "charter:sign_for": Door("member", "organisation", post="member"),
    "charter:sign_challenge": Door("", "organisation", post="member"),
    "charter:letter": Door("key", "charter_letter", gives=(302,)),
    "charter:withdraw": Door("member", "organisation", post="member"),
    "charter:withdraw_challenge": Door("", "organisation", post="member"),
    "charter:space_signatures": SPACE,
    "charter:evidence": Door("evidence|region", "space_signature"),
    "charter:bundle": Door("evidence|region", "signature", gives=(200, 409)),  # 409 until a seal is configured
    "charter:dossier": Door("evidence|region", "signature", gives=(200, 409)),
    "charter:attestation": Door("member|region", "signature"),
    "charter:mandate_document": Door("signatory|region", "mandate"),
    "events:register": Door("signed_in", "convention", post="signed_in"),
    "events:my_calendar": Door("writer|region", "registration"),
    "events:cancel": Door("writer|region", "registration", post="writer|region"),
    "events:answer_offer": Door("writer|region", "registration", post="writer|region"),
    "events:space_registrations": Door("member", "organisation", post="writer", refuses=404),
}
STAFF = {
    "staff_invite": Door("staff", post="staff"),
    "staff_invite_agent": NATIONAL,
    "staff_agreements": Door("staff"),
    "staff_agreement_choose": Door("staff"),
    "staff_agreement_new": Door("region", "organisation", post="region"),
    "staff_agreement": Door("region", "agreement"),
    "staff_agreement_act": Door("region", "agreement_act", post="region"),
    "staff_agreement_settle": Door("", "agreement_comment", post="region"),
    "staff_agreement_done": Door("", "agreement_action", post="region"),
    "staff_agreement_paper": Door("region", "agreement_paper"),
    "staff_agreement_file": Door("region", "agreement_file"),
    "staff_campaigns": Door("staff"),
    "staff_campaign_prepare": Door("national", "version", post="national"),
    "staff_campaign": Door("staff", "campaign"),
    "staff_campaign_change": Door("national", "campaign", post="national"),
    "staff_campaign_open": Door("national", "campaign", post="national", gives=(200, 302)),
    "staff_campaign_list": Door("staff", "campaign"),
    "staff_campaign_invite": Door("national", "campaign", post="national", body={"organisation": "atelier"}),
    "staff_reminders": Door("staff", "campaign", post="national"),
    "staff_reminder": Door("staff", "reminder", post="national"),
    "staff_campaign_close": Door("national", "campaign", post="national"),
    "staff_register": Door("staff", "closed_campaign"),
    "staff_register_csv": Door("staff", "closed_campaign"),
    "staff_awaiting_acts": Door("staff"),
    "staff_mandate_choice": Door("staff"),
    "staff_mandate_deposit": Door("region", "organisation", post="region"),
    "staff_partner": Door("region", "organisation"),
    "staff_partner_note": Door("", "organisation", post="region"),
    "staff_view_as": NATIONAL,
    "staff_view_as_end": Door("", post="national", agents=403),
    "staff_access_journal": Door("national"),
    "staff_viewing": Door("national", "viewing"),
    "staff_work_several": Door("staff", post="staff"),
    "staff_work": Door("region", "waiting", post="region", body={"act": "take"}),
    "staff_moderation": Door("staff"),
    "staff_moderation_project": Door("region", "project", post="region"),
    "staff_likely": Door("staff"),
    "staff_merging": Door("region", "pair", post="region"),
    "admin:index": Door("staff", post="staff"),
    "admin:jsi18n": Door("staff"),
    "admin:autocomplete": Door("staff", query="?app_label=partners&model_name=project&field_name=lead&term="),
    "admin:app_list": Door("staff", "admin_app", post="staff"),
    "admin:catch_all": Door("nobody", "admin_anything", post="nobody"),
}
API = {
    "api:organisations": PUBLIC,
    "api:organisation": Door("public", "organisation"),
    "api:projects": Door("public", post="signed_in"),
    "api:project": Door("public|region", "project", more={"PATCH": "writer"}, refuses=404),
    "api:clusters": Door("public", query="?bbox=-5,41,10,52&zoom=5"),
    "api:agreements": PUBLIC,
    "api:axes": PUBLIC,
    "api:stakes": PUBLIC,
    "api:regions": PUBLIC,
    "api:departments": PUBLIC,
    "api:communes": PUBLIC,
    "api:commune": Door("public", "commune"),
    "api:charter_versions": PUBLIC,
    "api:charter_version": Door("public", "version"),
    "api:signatures": PUBLIC,
    "api:conventions": PUBLIC,
    "api:convention": Door("public", "convention"),
    "api:registrations": Door("signed_in", post="signed_in"),
    "api:registration_offer": Door("", "registration_id", post="writer|region"),
    "api:registration": Door("writer|region", "registration_id", more={"DELETE": "writer|region"}),
    "api:journal_entry": Door("public", "journal"),
    "api:journal_consistency": Door("public", query="?old=0&new=0"),
    "api:schema": PUBLIC,
    "api:docs": PUBLIC,
}


@dataclass(frozen=True)
class Model:
    """A model of the back office: who reads its rows, who adds one, who changes them by a form."""

    read: str = "staff"
    adds: str = "nobody"
    writes: str = "nobody"
    lists: str = "staff"

    def doors(self, label: str) -> dict[str, Door]:
        name, on = f"admin:{label.replace('.', '_')}", f"admin_{label.replace('.', '_')}"
        closed = {"agents": 403, "refuses": 403}
        return {
            f"{name}_changelist": Door(self.lists, post=self.lists, **closed),
            f"{name}_add": Door(self.adds, post=self.adds, **closed),
            f"{name}_change": Door(self.read, on, post=self.writes, refuses=403),
            f"{name}_history": Door(self.read, on, post=self.read),
            f"{name}_delete": Door("nobody", on, post="nobody", agents=403),  # a row ends by a verb, for everybody
            f"{name}_row": Door("staff", on, post="staff", gives=(302,)),
        }


READ_ONLY = Model()
OF_NATIONAL = Model(adds="national", writes="national")
OF_REGION = Model(read="region")
GROUND = Model(read="national", lists="national")
ADMIN = {
    "partners.agreement": Model(read="region", writes="region"),
    "partners.agreementtemplate": OF_NATIONAL,
    "partners.groupentity": OF_NATIONAL,
    "partners.territorymessage": OF_REGION,
    "partners.programmecount": OF_NATIONAL,
    "partners.organisation": Model(read="region", adds="national", writes="region"),
    "partners.user": OF_REGION,
    "partners.membership": OF_REGION,
    "partners.staffperimeter": READ_ONLY,
    "partners.project": Model(read="region", writes="region"),
    "partners.correction": OF_REGION,
    "partners.axis": OF_NATIONAL,
    "partners.stake": OF_NATIONAL,
    "partners.region": READ_ONLY,
    "partners.department": READ_ONLY,
    "partners.commune": READ_ONLY,
    "partners.formercommune": READ_ONLY,
    "charter.charterversion": Model(adds="national"),
    "charter.mandate": OF_REGION,
    "charter.signature": OF_REGION,
    "charter.withdrawal": OF_REGION,
    "events.convention": OF_NATIONAL,
    "events.programmeitem": Model(writes="national"),  # its words are drafted on the screen of the programme
    "events.registration": OF_REGION,
    "proof.journalentry": GROUND,
    "outbox.owed": GROUND,
}
PARTS = (MACHINES, ACCOUNT, PAGES, ARRIVAL, SPACES, STAFF, LISTS, MADE, MAILS, networks.DOORS, CLOSED, API)
PARTS += (WORKSHOPS, DOORS, PROGRAMME, INVITATIONS, PROPOSALS, REPORT)
ROUTES: dict[str, Door] = {name: door for part in PARTS for name, door in part.items()}
for label, model in ADMIN.items():
    ROUTES |= model.doors(label)
