"""Which role reads and writes which field, at every door: declared here, compared with the code.

One line a door: ``name | who reads | who writes | fields``; a line that begins with a bar goes on. The words of who are
those of the route matrix (``matrix.py``). In ``ROWS``, whoever writes changes the starred fields by the form. What
``PERSONAL`` names is at no door of the public.
"""

from tests.portal.field_table import Fields, table

__all__ = ["API", "LISTS", "PERSONAL", "PUBLIC_WORDS", "ROWS", "TYPED", "Fields", "table"]
PUBLIC_WORDS = {"public", "key"}
PERSONAL = """
    activated_by added_by agent announced_by attendee author by cancelled_by changed_by closed_by confirmed_by
    countersigned_by created_by decided_by done_by drafted_by email entered_by full_name handled_by invited_by
    job_title last_login lifted_by linked_by made_by opened_by owner partner_referent password person phone
    prepared_by proposed_by published_by reader_email reader_name recipient recognised_by referent refused_by
    registered_by resolved_by sender signer signer_job_title signer_name stopped_by submitted_by undone_by
    uploaded_by user verified_by written_by
""".split()  # noqa: SIM905  one word a field reads better

API = table("""
    alliance.portal.api_journal.ConsistencyProof | public | - | old new old_root new_root consistency_proof
    alliance.portal.api_journal.EntryProof | public | - | position leaf leaf_hash size root inclusion_proof checkpoint
    alliance.portal.open_data.CheckpointRow | public | - | size root signed_at note
    charter.api.ArticleRow | public | - | heading text
    charter.api.SignatureRow | public | - | code url organisation organisation_name version carried_over state signed_at
        | countersigned_at withdrawn_at since journal_position proof badge is_demo
    charter.api.VersionPage | public | - | slug url label title kind compare_url in_force effective_on published_at
        | digest is_placeholder source partner_commitment la_poste_commitment articles
    charter.api.VersionRow | public | - | slug url label title kind compare_url in_force effective_on published_at
        | digest is_placeholder source
    events.api.ConventionPage | public | - | slug url kind title summary status starts_at ends_at is_day_only place
        | commune capacity seats_left waiting registration source is_demo updated_at story report programme
    events.api.ConventionRow | public | - | slug url kind title summary status starts_at ends_at is_day_only place
        | commune capacity seats_left waiting registration source is_demo updated_at
    events.api_report.CountRow | public | - | label people
    events.api_report.ProgrammePage | public | - | convention version published_at items
    events.api_report.ProposalRow | public | - | id url workshop axis text status motive decided_at supports
        | roadmap_item is_demo
    events.api_report.ReportAttendance | public | - | registered present organisations by_kind by_region
    events.api_report.ReportPage | public | - | convention url title text attendance proposals survey is_demo
    events.api_report.ReportProposals | public | - | said merged to_read to_study retained not_retained launched
        | roadmap_items
    events.api_report.ReportSurvey | public | - | answers innovation_tenths performance_tenths confiance_tenths
    events.api_report.RoadmapItemRow | public | - | id url title axis status actions created_at proposals projects
        | is_demo
    events.api_report.TimedItemRow | public | - | id kind title summary starts_at ends_at room is_online axis capacity
    events.api.ProgrammeRow | public | - | kind title summary starts_at ends_at room
    events.api.OfferAnswer | - | signed_in | answer
    events.api.RegistrationRow | signed_in | signed_in | id convention organisation name email status registered_at
        | offer_ends_at
    partners.api.agreements.AgreementRow | public | - | id title kind status starts_on ends_on organisation
        | organisation_name organisation_url axes is_demo updated_at
    partners.api.organisations.OrganisationPage | public | - | id slug url name short_name kind network siren siret rna
        | summary website axes commune commune_name department region lat lon precision signatory signatory_since
        | is_demo source updated_at description
    partners.api.organisations.OrganisationRow | public | - | id slug url name short_name kind network siren siret rna
        | summary website axes commune commune_name department region lat lon precision signatory signatory_since
        | is_demo source updated_at
    partners.api.places.AxisRow | public | - | number label status source stake summary valid_from valid_to
    partners.api.places.CommuneRow | public | - | code name department region postal_codes population lat lon precision
    partners.api.places.DepartmentRow | public | - | code name zone population region
    partners.api.places.RegionRow | public | - | code name zone population
    partners.api.places.StakeRow | public | - | slug label source
    partners.api.project_writes.FigureForm | - | writer | label target reached
    partners.api.project_writes.OwnProject | writer | - | slug url title summary status freshness confirmed_on starts_on
        | ends_on lead lead_name axes commune commune_name department region lat lon is_approximate figures partners
        | origin source is_demo updated_at description moderation return_motive proposed_change
    partners.api.project_writes.ProjectForm | - | writer | title lead summary description status commune axes starts_on
        | ends_on lat lon figures
    partners.api.project_writes.ProposedRow | writer | - | state fields proposed_at motive
    partners.api.projects.FigureRow | public | - | label target reached
    partners.api.projects.PartnerRow | public | - | organisation name role
    partners.api.projects.ProjectPage | public | - | slug url title summary status freshness confirmed_on starts_on
        | ends_on lead lead_name axes commune commune_name department region lat lon is_approximate figures partners
        | origin source is_demo updated_at description
    partners.api.projects.ProjectRow | public | - | slug url title summary status freshness confirmed_on starts_on
        | ends_on lead lead_name axes commune commune_name department region lat lon is_approximate figures partners
        | origin source is_demo updated_at
""")

TYPED = table("""
    alliance.portal.account.forms.ActivateApplicationForm | - | signed_in | code
    alliance.portal.account.forms.AddKeyForm | - | signed_in | name credential passwordless
    alliance.portal.account.forms.KeyAgainForm | - | signed_in | credential
    alliance.portal.account.forms.KeyForm | - | public | credential
    alliance.portal.account.forms.KeySignInForm | - | public | credential
    alliance.portal.account.forms.NewPasswordForm | - | signed_in | password1 password2
    alliance.portal.account.forms.PasswordAgain | - | signed_in | password
    alliance.portal.account.forms.PasswordSignInForm | - | public | password remember
    alliance.portal.account.forms.RenameKeyForm | - | signed_in | name
    alliance.portal.account.forms.SecondFactorAgainForm | - | signed_in | code
    alliance.portal.account.forms.SecondFactorForm | - | public | code
    alliance.portal.account.forms.SignInCodeForm | - | public | code
    alliance.portal.account.forms.SignInForm | - | public | email
    alliance.portal.agreement_forms.ActionForm | - | writer|region | dimension title owner due_on
    alliance.portal.agreement_forms.AnswerForm | - | writer|region | -
    alliance.portal.agreement_forms.ChangesForm | - | writer|region | changes
    alliance.portal.agreement_forms.CommentForm | - | writer|region | text passage
    alliance.portal.agreement_forms.EndForm | - | region | motive on
    alliance.portal.agreement_forms.FileForm | - | writer|region | name upload
    alliance.portal.agreement_forms.MotiveForm | - | writer|region | motive
    alliance.portal.agreement_forms.NewAgreementForm | - | region | title kind template starts_on ends_on
        | partner_referent
    alliance.portal.agreement_forms.OrderForm | - | region | -
    alliance.portal.agreement_forms.RemarkForm | - | writer|region | text
    alliance.portal.agreement_forms.RenewForm | - | region | motive ends_on
    alliance.portal.agreement_forms.ReviewClosingForm | - | region | motive
    alliance.portal.agreement_forms.ReviewOpeningForm | - | region | due_on
    alliance.portal.agreement_forms.SignForm | - | writer|region | consent
    alliance.portal.agreement_forms.SignedCopyForm | - | region | upload signed_on
    alliance.portal.agreement_forms.StaffFileForm | - | region | name upload shared
    alliance.portal.agreement_forms.SubjectForm | - | region | -
    alliance.portal.agreement_forms.VersionForm | - | region | changes text starts_on ends_on amount read_at
    alliance.portal.kept.forms.AlertForm | - | public | email
    alliance.portal.mailing_forms.MailingForm | - | staff | subject body kind network region signatory organisation_kind
        | axis roles
    alliance.portal.staff_door_forms.DoorForm | - | national | name opens_at closes_at
    alliance.portal.staff_door_forms.EntryForm | - | national | code door key
    alliance.portal.staff_door_forms.SeatForm | - | national | code workshop leaving
    alliance.portal.staff_door_forms.TicketForm | - | national | code
    alliance.portal.views.staff_invitations.TermForm | - | staff | expires_at
    alliance.portal.views.staff_invitations.RoundForm | - | staff | reach network organisation region department roles
        | words expires_at
    alliance.portal.views.staff_report.WithdrawalForm | - | national | code because
    alliance.portal.views.staff_workshops.TrialForm | - | national | seed organisation_cap region_floor kept
    alliance.portal.staff_proposal_forms.AxedForm | - | national | -
    alliance.portal.staff_proposal_forms.BirthForm | - | national | title summary lead commune commune_choice
    alliance.portal.staff_proposal_forms.DecisionForm | - | national | state motive wording
    alliance.portal.staff_proposal_forms.FacilitatorForm | - | national | who
    alliance.portal.staff_proposal_forms.ItemForm | - | national | title axis actions
    alliance.portal.staff_proposal_forms.LinkForm | - | national | project
    alliance.portal.staff_proposal_forms.StepForm | - | national | state note
    alliance.portal.staff_programme_forms.AfterForm | - | national | title day
    alliance.portal.staff_programme_forms.ItemForm | - | national | kind title day starts ends room online_url summary
        | axis capacity
    alliance.portal.staff_programme_forms.PlacesForm | - | national | capacity
    alliance.portal.staff_programme_forms.PublishForm | - | national | note seen
    alliance.portal.staff_programme_forms.SpeakerForm | - | national | name function organisation_words email
    alliance.portal.staff_campaign_forms.CampaignForm | - | national | opens_on closes_on grace_on
    alliance.portal.staff_campaign_forms.ClosingForm | - | national | motive
    alliance.portal.staff_campaign_forms.ConfirmForm | - | national | motive again
    alliance.portal.staff_campaign_forms.ReminderForm | - | national | group again
    alliance.portal.staff_campaign_forms.StaffMandateForm | - | region | version kind job_title starts_on ends_on
        | document person
    alliance.portal.staff_forms.AgentForm | - | national | email full_name job_title national regions
    alliance.portal.staff_forms.InvitationForm | - | region | organisation email full_name role job_title
    alliance.portal.staff_moderation_forms.CorrectionForm | - | region | motive
    alliance.portal.staff_moderation_forms.ReturnForm | - | region | motive
    alliance.portal.staff_list_forms.NoteForm | - | region | text
    partners.admin.agreements.AgreementForm | - | region | -
    partners.admin.asked.AxisForm | - | region | axis
    partners.admin.asked.ParentForm | - | region | parent
    partners.admin.asked.ReferentForm | - | region | referent
    partners.admin.asked.StateForm | - | region | state
    partners.admin.organisations.OrganisationForm | - | national | another
    alliance.portal.views.staff_identity.WhyForm | - | region | motive
    alliance.portal.views.staff_lists.ViewForm | - | staff | name shared first
    alliance.portal.views.staff_work.HandForm | - | region | to
    alliance.portal.views.staff_work_several.HandSeveralForm | - | staff | to
    alliance.portal.views.staff_mailings.ConfirmForm | - | staff | motive shown
    alliance.portal.views.staff_mails.MotiveForm | - | staff | motive
    alliance.portal.views.staff_people.PerimeterForm | - | national | national regions job_title motive
    alliance.portal.views.staff_steering.ReaderForm | - | national | person
    alliance.portal.views.staff_steering.ReportForm | - | national | name rhythm form readers
    alliance.portal.views.staff_viewing.ViewAsForm | - | national | motive
    charter.forms.AdhereForm | - | evidence | consent
    charter.forms.DeliberationForm | - | member | version meets_on
    charter.forms.EndForm | - | evidence | motive
    charter.forms.KeyForm | - | member | version credential consent
    charter.forms.LinkForm | - | key | consent name position
    charter.forms.MandateForm | - | member | version kind job_title starts_on ends_on document
    charter.forms.MemberListForm | - | evidence | pasted upload
    charter.forms.SignForm | - | member | version code consent
    charter.forms.VersionedForm | - | member | version
    charter.forms.WithdrawForm | - | member | version code motive consent
    charter.forms.WithdrawKeyForm | - | member | version credential consent motive
    events.admin.ConventionForm | - | national | -
    events.admin.WorkshopForm | - | national | -
    events.forms.AskedInvitationForm | - | public | email
    events.views.facilitation.MinutesForm | - | key | minutes read_at
    events.views.tables.CodeForm | - | key | code
    events.views.tables.ProposalForm | - | key | text codes
    events.forms.ColleagueForm | - | writer | convention name email
    events.forms.GuestForm | - | key | name
    events.forms.NeedsForm | - | key | diet diet_words access access_words consents
    events.forms.SurveyForm | - | key | innovation performance confiance words
    events.forms.WishesForm | - | writer|key | -
    events.forms.OwnRegistrationForm | - | signed_in | name organisation
    partners.forms.account.EraseForm | - | signed_in | understood
    partners.forms.account.LettersForm | - | signed_in | shown wanted
    partners.forms.account.NameForm | - | signed_in | full_name
    partners.forms.arrival.DecideForm | - | administrator|region | role kind motive
    partners.forms.arrival.DepartureForm | - | administrator | successor
    partners.forms.arrival.JoinForm | - | public | email full_name job_title message
    partners.forms.arrival.NumberForm | - | public | numero
    partners.forms.arrival.ProposeForm | - | public | email full_name job_title message numero name commune
    partners.forms.corrections.CorrectionForm | - | public | text
    partners.forms.follow_up.NewsForm | - | writer | -
    partners.forms.messages.MessageForm | - | public | email text
    partners.forms.needs.DeclineForm | - | writer|region | motive
    partners.forms.needs.NeedForm | - | writer | kind title axis commune commune_choice until description
    partners.forms.needs.PlacedForm | - | writer|region | -
    partners.forms.needs.ResourceForm | - | region | kind title quantity axes commune commune_choice radius_km starts_on
        | ends_on description
    partners.forms.people.EndMembershipForm | - | administrator | motive
    partners.forms.people.InviteMemberForm | - | administrator | email full_name job_title role
    partners.forms.profiles.PhotoForm | - | writer | photo alt credit
    partners.forms.profiles.ProfileForm | - | writer | summary description website axes read_at
    partners.forms.projects.ProjectForm | - | writer | title summary commune axes state starts_on ends_on description
        | commune_choice token read_at
""")

LISTS = table("""
    partners.agreement | staff | - | title organisation kind state starts_on ends_on is_public
    partners.agreementtemplate | staff | - | title kind is_current is_placeholder updated_at
    partners.groupentity | staff | - | label source is_current
    partners.territorymessage | staff | - | text region department sent_at age handled_at
    partners.programmecount | staff | - | label value when source
    partners.organisation | staff | - | glance name kind parent commune siren is_public updated_at
    partners.user | staff | - | email full_name is_staff is_active date_joined
    partners.membership | staff | - | user organisation role job_title starts_on ends_on
    partners.staffperimeter | staff | - | user national job_title
    partners.project | staff | - | title lead commune state moderation confirmed_on
    partners.correction | staff | - | text about reported_at age resolution handled_at
    partners.axis | staff | - | number label status stake valid_from valid_to
    partners.stake | staff | - | label position source
    partners.region | staff | - | code name zone population
    partners.department | staff | - | code name region population
    partners.commune | staff | - | code name department population precision
    partners.formercommune | staff | - | code name commune kind
    charter.charterversion | staff | - | label title kind state effective_on published_at is_placeholder
    charter.mandate | staff | - | organisation person kind job_title state starts_on ends_on waits paper
    charter.signature | staff | - | organisation version signer_name signed_at countersigned_at seal code
    charter.withdrawal | staff | - | organisation signer_name signed_at motive
    events.convention | staff | - | title kind state starts_at place capacity opens_at closes_at
    events.programmeitem | staff | - | title kind convention starts_at room
    events.registration | staff | - | attendee convention status offer_ends_at registered_at confirmed_at
    proof.journalentry | national | - | position kind subject recorded_at
    outbox.owed | national | - | work state created_at due_at attempts last_error
""")

ROWS = table("""
    partners.agreement | region | region | title* axes* regions* departments* entities* referent* partner_referent*
        | is_public* is_demo* state starts_on ends_on public_id created_at updated_at organisation kind
    partners.agreementtemplate | staff | national | title* kind* text* is_current* is_placeholder*
    partners.groupentity | staff | national | label* source* is_current* is_demo*
    partners.territorymessage | region | - | id region department email text sent_at handled_at handled_by is_demo
    partners.programmecount | staff | national | label* value* on* precision* source*
    partners.organisation | region | region | kind* name* short_name* slug parent* is_public* siren* siret* rna*
        | website* summary* description* axes* commune* department region source* public_id created_at updated_at
    partners.user | region | - | email full_name is_staff is_active date_joined last_login
    partners.membership | region | - | id user organisation role job_title starts_on ends_on ended_at
    partners.staffperimeter | staff | - | regions id user national job_title
    partners.project | region | region | title* slug summary* description* lead* axes* commune* department region lat*
        | lon* starts_on* ends_on* state* moderation return_motive confirmed_on origin* source* submitted_by created_at
        | updated_at
    partners.correction | region | - | id project organisation text reported_at handled_at handled_by resolution
    partners.axis | staff | national | number* label* status* source* stake* summary* valid_from* valid_to*
    partners.stake | staff | national | slug* label* short_label* position* source*
    partners.region | staff | - | code name slug article zone seat population
    partners.department | staff | - | code name slug region article zone seat population
    partners.commune | staff | - | code name search_name postal_codes department region epci population lat lon
        | precision
    partners.formercommune | staff | - | code name commune kind
    charter.charterversion | staff | - | slug label title kind partner_commitment la_poste_commitment source
        | is_placeholder effective_on state proposed_by proposed_at published_by published_at digest
    charter.mandate | region | - | id public_id organisation person kind job_title starts_on ends_on document_type
        | document_digest state motive entered_by entered_at verified_by verified_at paper
    charter.signature | region | - | id code organisation version signer mandate organisation_name organisation_siren
        | signer_name signer_job_title consent_text document_digest proof_level assertion signed_at countersigned_at
        | countersigned_by refused_at refused_by withdrawn_at withdrawal contested_at motive is_demo proof
    charter.withdrawal | region | - | id public_id organisation signer mandate organisation_name signer_name
        | signer_job_title consent_text motive proof_level assertion signed_at is_demo
    events.convention | staff | national | slug kind* title* summary* story* report* starts_at* ends_at* is_day_only*
        | place* address* commune* access* capacity* open_to* opens_at* closes_at* wishes_open_at* wishes_close_at*
        | offer_hours* quotas_end_at* door_margin* audience* source* is_demo* state sequence public_id updated_at
    events.programmeitem | staff | national | convention kind title summary starts_at ends_at room online_url
    events.registration | region | - | id public_id convention attendee registered_by code status audience registered_at
        | confirmed_at offered_at offer_ends_at declined_at cancelled_at cancelled_by sequence
    proof.journalentry | national | - | position kind subject recorded_at leaf
    outbox.owed | national | - | work state created_at due_at attempts last_error message_id done_at
""")
