"""Which columns history keeps, and who reads them: declared here, compared with the triggers of the database.

``table | who reads | columns``: the words of who are those of the route matrix. Of persons, history keeps numbers of
accounts; what else is theirs is in ``FORGOTTEN``, and erasure takes it out.
"""

from django.db import connection

FORGOTTEN = {"partners_membership": {"job_title"}, "partners_staffperimeter": {"job_title"}}
COMPUTED = {"id", "created_at", "updated_at"}
TRIGGERS = """
    SELECT c.relname, replace(encode(t.tgargs, 'escape'), '\\000', '|'), array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE t.tgname = 'kept_update' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        AND a.atttypid NOT IN ('tsvector'::regtype, 'bytea'::regtype)
    GROUP BY 1, 2
"""


def triggers() -> dict[str, tuple[str, list[str]]]:
    """Table → the table that its history is told with, and its columns."""
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS)
        return {table: _told(told, columns) for table, told, columns in cursor.fetchall()}


def _told(told: str, columns: list[str]) -> tuple[str, list[str]]:
    subject, _, unkept, wanted = (part.strip("{}") for part in told.split("|")[:4])
    left_out = {*unkept.split(","), *COMPUTED}
    return subject, wanted.split(",") if wanted else [name for name in columns if name not in left_out]


def table(text: str) -> dict[str, tuple[str, list[str]]]:
    rows = [line.split(" | ") for line in text.replace("\n        | ", " ").strip().splitlines()]
    return {name.strip(): (read.strip(), columns.split()) for name, read, columns in rows}


HISTORY = table("""
    charter_adhesion | - | organisation_id network_id version_id means person_id adhered_at withdrawn_at withdrawn_side
    charter_memberinvitation | - | organisation_id network_id version_id sent_at expires_at answered_at answer
        | revoked_at
    events_convention | staff | public_id slug kind title summary story report state starts_at ends_at is_day_only
        | place address access capacity opens_at closes_at wishes_open_at wishes_close_at offer_hours quotas_end_at
        | door_margin audience source commune_id open_to modelled_on_id
    events_door | - | public_id convention_id name opens_at closes_at made_at made_by_id revoked_at
    events_invitationround | - | public_id convention_id reach organisation_id region_id department_id roles words
        | state expires_at prepared_by_id prepared_at confirmed_by_id confirmed_at
    events_programmechange | staff | title summary starts_at ends_at room online_url item_id is_withdrawal axis_id
        | changed_at changed_by_id
    events_programmeitem | staff | public_id convention_id kind title summary starts_at ends_at room online_url stage
    events_programmeversion | staff | convention_id number published_at published_by_id note
    events_seatquota | staff | convention_id audience seats
    events_speaker | staff | item_id asked_at consented_at withdrawn_at
    events_workshop | staff | item_id axis_id capacity organisation_cap region_floor
    partners_agreement | region | public_id title kind state starts_on ends_on is_public is_demo referent_id
        | organisation_id partner_referent_id shared_at
    partners_agreement_axes | region | agreement_id axis_id
    partners_agreement_departments | region | agreement_id department_id
    partners_agreement_entities | region | agreement_id groupentity_id
    partners_agreement_regions | region | agreement_id region_id
    partners_agreementversion | region | public_id kind number stage changes text starts_on ends_on amount_cents
        | runs_from runs_until shared_at activated_at activated_by_id agreement_id created_by_id template_id
    partners_invitation | - | organisation_id role invited_by_id sent_at expires_at accepted_at revoked_at
    partners_joinrequest | - | organisation_id state asked_at confirmed_at escalated_at decided_at decided_by_id
    partners_match | - | public_id reason proposed_side proposed_at accepted decided_at motive decided_by_id project_id
        | proposed_by_id need_id resource_id
    partners_membership | region | role job_title starts_on ends_on user_id organisation_id ended_at
    partners_need | - | public_id kind title description until ended_at outcome is_demo axis_id commune_id created_by_id
        | organisation_id
    partners_organisation | region | public_id slug kind name short_name siren siret rna summary description website
        | is_public is_demo source commune_id parent_id absorbed_into_id
    partners_organisation_axes | region | organisation_id axis_id
    partners_project | region | slug title summary description lat lon state moderation return_motive starts_on ends_on
        | confirmed_on origin source is_demo commune_id lead_id submitted_by_id escalated_days submitted_at
    partners_project_axes | region | project_id axis_id
    partners_projectfigure | region | label target reached position project_id
    partners_projectpartner | region | role organisation_id project_id
    partners_projectphoto | region | public_id project_id alt width height widths position added_by_id
        | added_at accepted_at
    partners_proposedchange | - | public_id project_id organisation_id values proposed_by_id proposed_at changed_at
        | state decided motive decided_by_id decided_at answered_at
    partners_resource | - | public_id kind title description quantity radius_km starts_on ends_on closed_at is_demo
        | commune_id published_by_id
    partners_resource_axes | - | resource_id axis_id
    partners_staffperimeter | staff | national job_title user_id
    partners_staffperimeter_regions | staff | staffperimeter_id region_id
    partners_user | region | is_staff is_superuser is_active
""")
