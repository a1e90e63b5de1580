-- As many rows of every noun of the back office as there are projects; what the demonstration has keeps its own.
-- Triggers are off: derived columns are given. The first organisation is the busiest partner.
-- Whatever their number, rows go back as far, and the words that are looked for stand somewhere in each région: a list
-- then holds the same sorts of things at every size, and how many queries it asks can be compared.
SET session_replication_role = replica;

CREATE TEMPORARY TABLE model AS
SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, name, commune_id, department_id, region_id, parent_id
FROM partners_organisation WHERE kind = 'local' AND commune_id IS NOT NULL;

CREATE TEMPORARY TABLE made AS
SELECT i, m.name || ' ' || i AS name, m.commune_id, m.department_id, m.region_id, m.parent_id,
    nextval('partners_organisation_id_seq') AS organisation, nextval('partners_user_id_seq') AS person,
    nextval('charter_mandate_id_seq') AS mandate, nextval('partners_agreement_id_seq') AS agreement,
    nextval('partners_membership_id_seq') AS membership, now() - interval '486 days' * i / :rows AS at,
    'Camille Martin ' || i AS person_name
FROM generate_series(1, :rows) i JOIN model m ON m.n = i % (SELECT count(*) FROM model);
CREATE TEMPORARY TABLE agent AS SELECT min(user_id) AS id FROM partners_staffperimeter WHERE national;
CREATE TEMPORARY TABLE busiest AS SELECT organisation, agreement FROM made ORDER BY i LIMIT 1;

INSERT INTO partners_organisation (id, public_id, slug, kind, name, short_name, siren, siret, rna, summary, description,
    website, is_public, is_demo, source, created_at, updated_at, commune_id, department_id, region_id, parent_id)
SELECT organisation, gen_random_uuid(), 'liste-' || i, 'local', name, '', (900000000 + i)::text, '', '', 'En bref', '',
    'https://liste-' || i || '.invalid', i % 50 <> 0, true, '', at, at, commune_id, department_id, region_id, parent_id
FROM made;
INSERT INTO partners_organisation_axes (organisation_id, axis_id)
SELECT organisation, (SELECT min(id) FROM partners_axis) + i % 12 FROM made;
INSERT INTO partners_user (id, password, is_superuser, email, full_name, is_staff, is_active, is_demo, date_joined)
SELECT person, '!', false, 'liste-' || i || '@bench.invalid', person_name, i % 2000 = 0, i % 30 <> 0, true, at FROM made;
INSERT INTO partners_membership (id, role, job_title, starts_on, ends_on, user_id, organisation_id)
SELECT membership, (ARRAY['administrator', 'signatory', 'contributor', 'reader'])[1 + i % 4], 'Président', at::date,
    CASE WHEN i % 20 = 0 THEN at::date END, person, organisation FROM made;
INSERT INTO charter_mandate (id, public_id, kind, job_title, starts_on, document, document_type, document_digest, state,
    motive, entered_at, verified_at, verified_by_id, entered_by_id, organisation_id, person_id)
SELECT mandate, gen_random_uuid(), 'delegate', 'Présidente', at::date, '', '', '',
    CASE WHEN i % 100 = 0 THEN 'submitted' ELSE 'verified' END, '', at, CASE WHEN i % 100 > 0 THEN at END,
    CASE WHEN i % 100 > 0 THEN agent.id END, person, organisation, person FROM made, agent;
INSERT INTO charter_signature (code, organisation_name, organisation_siren, signer_name, signer_job_title, consent_text,
    document_digest, proof_level, signed_at, countersigned_at, countersigned_by_id, motive, is_demo, mandate_id, organisation_id, signer_id,
    version_id)
SELECT 'LIST-' || lpad(i::text, 9, '0'), name, '', person_name, 'Présidente', 'Oui', repeat('0', 64), 'code', at,
    CASE WHEN i % 100 > 0 THEN at END, CASE WHEN i % 100 > 0 THEN agent.id END, '', true, mandate, organisation, person,
    (SELECT max(id) FROM charter_charterversion WHERE state = 'published') FROM made, agent;
INSERT INTO partners_agreement (id, public_id, title, kind, state, starts_on, ends_on, is_public, is_demo, created_at,
    updated_at, organisation_id, shared_at)
SELECT agreement, gen_random_uuid(), 'Accord avec ' || name,
    (ARRAY['mecenat', 'pratiques_responsables', 'cooperation_economique', 'innovation_societale'])[1 + i % 4],
    CASE WHEN i % 10 = 0 THEN 'draft' WHEN i % 3 = 0 THEN 'ended' ELSE 'active' END,
    CASE WHEN i % 10 > 0 THEN now()::date - 1500 - i % 900 END,
    CASE WHEN i % 10 > 0 THEN now()::date + (CASE WHEN i % 3 = 0 THEN -1 ELSE 1 END) * (1 + i % 900) END,
    true, true, at, at, organisation, at FROM made;
INSERT INTO partners_agreementversion (public_id, kind, number, stage, changes, text, starts_on, ends_on, runs_from,
    runs_until, shared_at, activated_at, created_at, updated_at, agreement_id)
SELECT gen_random_uuid(), 'initial', 0, CASE WHEN i % 10 = 0 THEN 'draft' ELSE 'active' END, '', 'Texte', a.starts_on,
    a.ends_on, a.starts_on, a.ends_on, at, CASE WHEN i % 10 > 0 THEN at END, at, at, agreement
FROM made JOIN partners_agreement a ON a.id = made.agreement;
INSERT INTO partners_agreementevent (kind, what, motive, at, internal, agreement_id)
SELECT 'activated', 'Mis en vigueur', '', at, false, CASE WHEN i % 2 = 0 THEN b.agreement ELSE made.agreement END
FROM made, busiest b;
INSERT INTO partners_correction (text, reported_at, handled_at, handled_by_id, resolution, organisation_id)
SELECT 'Le site a changé, voir ' || name, at, CASE WHEN i % 100 > 0 THEN at END, CASE WHEN i % 100 > 0 THEN agent.id END,
    CASE WHEN i % 100 > 0 THEN 'corrected' ELSE '' END, CASE WHEN i % 3 = 0 THEN b.organisation ELSE made.organisation END
FROM made, busiest b, agent;
INSERT INTO partners_territorymessage (email, text, sent_at, handled_at, handled_by_id, is_demo, region_id)
SELECT 'lecteur-' || i || '@bench.invalid', 'Question ' || i, at, CASE WHEN i % 100 > 0 THEN at END,
    CASE WHEN i % 100 > 0 THEN agent.id END, true, region_id
FROM made, agent;
INSERT INTO partners_partnernote (text, written_at, author_id, organisation_id)
SELECT 'Appel du ' || at::date, at, person, CASE WHEN i % 2 = 0 THEN b.organisation ELSE made.organisation END
FROM made, busiest b;
INSERT INTO events_attendee (name, affiliation, email, organisation_id)
SELECT person_name, '', 'liste-' || i || '@bench.invalid', CASE WHEN i % 5 = 0 THEN b.organisation ELSE made.organisation END
FROM made, busiest b;
INSERT INTO events_registration (public_id, status, registered_at, confirmed_at, sequence, attendee_id, convention_id,
    code)
SELECT gen_random_uuid(), 'confirmed', now(), now(), 1, a.id, (SELECT min(id) FROM events_convention) + a.id % 3,
    lpad(a.id::text, 8, '0')
FROM events_attendee a WHERE a.email LIKE 'liste-%';
INSERT INTO lib_change (at, noun, row_id, subject, subject_id, verb, before, after, by_id, why, via)
SELECT at, 'partners_organisation', o.id, 'partners_organisation', o.id, 'U', '{"summary": "Avant"}',
    '{"summary": "Après"}', person, 'Relecture', 'gestion'
FROM made, busiest b, LATERAL (SELECT CASE WHEN i % 2 = 0 THEN b.organisation ELSE made.organisation END AS id) o
ORDER BY i DESC;
INSERT INTO partners_likelypair (score, reasons, first_id, second_id)
SELECT 50 + i % 50, ARRAY['même site'], organisation, organisation + 1 FROM made WHERE i < :rows;
INSERT INTO partners_proposedchange (public_id, values, note, proposed_at, changed_at, state, motive, escalated_days,
    decided_at, organisation_id, proposed_by_id)
SELECT gen_random_uuid(), '{"summary": {"before": "Avant", "after": "Après"}}', '', at, at,
    CASE WHEN i % 10 = 0 THEN 'waiting' ELSE 'accepted' END, '', 0, CASE WHEN i % 10 > 0 THEN at END, organisation, person FROM made;
WITH placed AS (
    SELECT id, percent_rank() OVER (PARTITION BY region_id ORDER BY id) AS part FROM partners_project
    WHERE id % 50 = 0 OR moderation = 'submitted'
), spread AS (
    SELECT id, (row_number() OVER (ORDER BY part, id) - 0.5) / count(*) OVER () AS share FROM placed
)
UPDATE partners_project p SET moderation = 'submitted', submitted_at = now() - interval '486 days' * spread.share
FROM spread WHERE spread.id = p.id;
UPDATE partners_project SET title = title || ', une évasion' WHERE id IN
    (SELECT min(id) FROM partners_project WHERE moderation = 'published' GROUP BY region_id);
INSERT INTO partners_proposedchange (public_id, values, note, proposed_at, changed_at, state, motive, escalated_days, project_id,
    proposed_by_id)
SELECT gen_random_uuid(), told.values, '', now() - interval '1 day' * (p.id % 480), now(), 'waiting', '', 0, p.id, told.proposed_by_id
FROM (SELECT id, row_number() OVER (PARTITION BY region_id ORDER BY id) AS number FROM partners_project
    WHERE moderation = 'published') p,
    (SELECT values, proposed_by_id FROM partners_proposedchange WHERE project_id IS NOT NULL ORDER BY id LIMIT 1) told
WHERE (p.number = 1 OR p.id % 500 = 1)
    AND NOT EXISTS (SELECT FROM partners_proposedchange c WHERE c.project_id = p.id AND c.decided_at IS NULL);
INSERT INTO partners_viewing (public_id, motive, role, started_at, ends_at, agent_id, person_id)
SELECT gen_random_uuid(), 'Aide au téléphone', '', at, at + interval '10 minutes', agent.id, person FROM made, agent;
INSERT INTO partners_viewedpage (at, path, viewing_id) SELECT started_at, '/espace/', id FROM partners_viewing;
INSERT INTO charter_evidenceevent (position, kind, at, details, commitment, before, after, organisation_id, version_id)
SELECT 100, 'evidence_read', at, '{"side": "la_poste"}', '', repeat('0', 64),
    encode(sha256(i::text::bytea), 'hex'), organisation, 1 FROM made;
INSERT INTO outbox_owed (work, args, created_at, due_at, state, attempts, last_error, message_id, done_at)
SELECT 'charter.send_invitation', '[]', at, at, CASE WHEN i % 1000 = 0 THEN 'dead' ELSE 'sent' END, 1, '',
    '<' || i || '@bench.invalid>', CASE WHEN i % 1000 > 0 THEN at END FROM made;
INSERT INTO proof_journalentry (position, kind, subject, recorded_at, leaf, leaf_hash)
SELECT 1000000 + i, 'signed', gen_random_uuid()::text, at, '{}',
    sha256('\x007b7d'::bytea) FROM made;
INSERT INTO outbox_posting (owed_id, address, template, message_id, attempt, code, words, at)
SELECT o.id, 'liste-' || i || '@bench.invalid', 'mail/charter/invitation.txt', o.message_id, 1, 250, 'Ok', at
FROM made JOIN outbox_owed o ON o.message_id = '<' || i || '@bench.invalid>' WHERE i % 1000 > 0;
INSERT INTO partners_returnedmail (key, posting_id, fate, status, words, is_proven, noted_at)
SELECT 'avis-' || id, id, CASE WHEN id % 10 = 0 THEN 'delayed' ELSE 'failed' END, '5.1.1', 'User unknown', true, at
FROM outbox_posting WHERE template = 'mail/charter/invitation.txt' AND address LIKE 'liste-%';
INSERT INTO partners_bounce (address, kind, status, words, message_id, bounced_at, confirmation, lifted_at, motive, lifted_by_id,
    person_id)
SELECT 'liste-' || i || '@bench.invalid', 'refused', '5.1.1', 'User unknown', '', at, '', CASE WHEN i % 100 > 0 THEN at END,
    CASE WHEN i % 100 > 0 THEN 'Corrigée' ELSE '' END, CASE WHEN i % 100 > 0 THEN agent.id END, person
FROM made, agent;
INSERT INTO partners_need (public_id, kind, title, description, until, created_at, updated_at, ended_at, outcome, is_demo,
    axis_id, commune_id, created_by_id, organisation_id, region_id)
SELECT gen_random_uuid(), (ARRAY['premises', 'skills', 'equipment', 'purchases'])[1 + i % 4], 'Il nous faut ' || i, '',
    now()::date + (i % 200)::int, at, at, CASE WHEN i % 10 > 0 THEN at END, CASE WHEN i % 10 > 0 THEN 'dropped' ELSE '' END, true,
    (SELECT min(id) FROM partners_axis) + i % 12, commune_id, person, organisation, region_id
FROM made;
INSERT INTO partners_joinrequest (public_id, organisation_id, number, name, email, full_name, job_title, message, state,
    asked_at, confirmed_at, escalated_at, decided_at, decided_by_id, motive)
SELECT gen_random_uuid(), organisation, '', '', 'liste-' || i || '@bench.invalid', person_name, '', '',
    CASE WHEN i % 100 = 0 THEN 'waiting' ELSE 'accepted' END, at, at, at, CASE WHEN i % 100 > 0 THEN at END,
    CASE WHEN i % 100 > 0 THEN agent.id END, ''
FROM made, agent;
INSERT INTO charter_paper (revision, facts_at, file, digest, sealed_at, seal_name, seal_fingerprint, stamped_at, authority,
    signature_id)
SELECT 1, signed_at, 'attestations/' || id, encode(sha256(code::bytea), 'hex'), signed_at, 'Essai', repeat('0', 64),
    CASE WHEN id % 100 > 0 THEN signed_at END, CASE WHEN id % 100 > 0 THEN 'Essai' ELSE '' END, id
FROM charter_signature WHERE code LIKE 'LIST-%' AND id % 100 <> 7;
INSERT INTO charter_unsealed (signature_id)
SELECT id FROM charter_signature s WHERE NOT EXISTS (SELECT FROM charter_paper WHERE signature_id = s.id)
ON CONFLICT DO NOTHING;
INSERT INTO events_certificate (code, registration_id, arrived_at, issued_at, withdrawn_because)
SELECT 'LIST-' || lpad(r.id::text, 9, '0'), r.id, r.registered_at, r.registered_at, ''
FROM events_registration r JOIN events_attendee a ON a.id = r.attendee_id WHERE a.email LIKE 'liste-%';
INSERT INTO events_certificatepaper (revision, facts_at, file, digest, sealed_at, seal_name, seal_fingerprint, stamped_at,
    authority, certificate_id)
SELECT 1, issued_at, 'presences/' || id, encode(sha256(code::bytea), 'hex'), issued_at, 'Essai', repeat('0', 64),
    issued_at, 'Essai', id
FROM events_certificate WHERE code LIKE 'LIST-%' AND id % 100 <> 7;
INSERT INTO events_unsealedcertificate (certificate_id)
SELECT id FROM events_certificate c WHERE NOT EXISTS (SELECT FROM events_certificatepaper WHERE certificate_id = c.id)
ON CONFLICT DO NOTHING;
INSERT INTO charter_concerned (origin, added_at, campaign_id, organisation_id)
SELECT 'network', at, (SELECT max(id) FROM charter_campaign), organisation FROM made;
INSERT INTO charter_adhesion (public_id, means, organisation_name, network_name, person_name, person_job_title, consent_text,
    document_digest, adhered_at, withdrawn_side, motive, is_demo, network_id, organisation_id, person_id, version_id)
SELECT gen_random_uuid(), 'space', name, 'Réseau', person_name, '', 'Oui', repeat('0', 64), at, '', '', true, parent_id,
    organisation, person, (SELECT max(id) FROM charter_charterversion WHERE state = 'published')
FROM made WHERE parent_id IS NOT NULL AND i % 3 = 0;
INSERT INTO partners_resource (public_id, kind, title, description, quantity, starts_on, created_at, updated_at, closed_at,
    is_demo, published_by_id, region_id, commune_id, radius_km)
SELECT gen_random_uuid(), (ARRAY['premises', 'skills', 'equipment', 'purchases'])[1 + i % 4], 'Une ressource ' || i, '',
    'dix', at::date, at, at, CASE WHEN i % 10 > 0 THEN at END, true, agent.id, region_id, commune_id, 30
FROM made, agent;
INSERT INTO partners_match (public_id, reason, proposed_side, proposed_at, accepted, decided_at, motive, decided_by_id,
    proposed_by_id, need_id, resource_id)
SELECT gen_random_uuid(), 'même axe', CASE WHEN n.id % 2 = 0 THEN 'partner' ELSE 'post' END, n.created_at,
    CASE WHEN n.id % 20 > 0 THEN false END, CASE WHEN n.id % 20 > 0 THEN n.created_at END,
    CASE WHEN n.id % 20 > 0 THEN 'Trop loin' ELSE '' END, CASE WHEN n.id % 20 > 0 THEN agent.id END, n.created_by_id,
    n.id, (SELECT min(id) FROM partners_resource) + n.id % 1000
FROM partners_need n, agent WHERE n.title LIKE 'Il nous faut %';
INSERT INTO partners_mailing (public_id, subject, body, kind, query, roles, state, turn, written_at, motive, digest,
    written_by_id)
SELECT gen_random_uuid(), 'Lettre', 'Bonjour', 'news', '', '{administrator}', 'draft', 0, now(), '', '', id FROM agent;
INSERT INTO partners_mailingrecipient (address, outcome, aside, message_id, reply, mailing_id, organisation_id, person_id)
SELECT 'liste-' || i || '@bench.invalid', 'listed', '', '<lettre-' || i || '@bench.invalid>', '', (SELECT max(id) FROM partners_mailing), organisation,
    person FROM made;
INSERT INTO partners_sheetimport (public_id, noun, state, name, file, digest, headers, matching, notices, refusal, motive,
    uploaded_at, by_id)
SELECT gen_random_uuid(), 'organisations', 'compared', 'export.csv', '', '', '[]', '{}', '[]', '', '', now(), id FROM agent;
INSERT INTO partners_sheetrow (line, cells, wrong, kind, row_id, label, changes, mark, is_chosen, outcome, words, sheet_id)
SELECT i + 1, '{}', '{}', CASE WHEN i % 10 = 0 THEN 'changed' ELSE 'unchanged' END, organisation, name,
    CASE WHEN i % 10 = 0 THEN '{"summary": ["Avant", "Après"]}'::jsonb ELSE '{}'::jsonb END, '',
    true, '', '', (SELECT max(id) FROM partners_sheetimport) FROM made;
INSERT INTO partners_bulkact (public_id, noun, action, values, motive, state, chosen_at, begun_at, done_at, undo_motive, by_id)
SELECT gen_random_uuid(), 'partners.organisation', 'hide', '{}', 'Essai', 'done', now(), now(), now(), '', id FROM agent;
INSERT INTO partners_bulkline (row_id, label, outcome, words, mark, act_id)
SELECT organisation, name, 'done', '', '', (SELECT max(id) FROM partners_bulkact) FROM made;
INSERT INTO partners_membership (role, job_title, starts_on, user_id, organisation_id)
SELECT 'administrator', 'Présidente', now()::date - 1, (SELECT person FROM made WHERE i = 1), p.id
FROM made JOIN partners_organisation p ON p.id = made.parent_id AND p.kind = 'network'
GROUP BY p.id ORDER BY count(*) DESC, p.id LIMIT 1;
ANALYZE;
