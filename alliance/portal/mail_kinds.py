"""Every letter that an act owes, by the name that agents read; what is owed and is no letter is not here."""

LETTERS = {
    "partners.send_invitation": "Espace ouvert à une personne",
    "partners.send_space_invitation": "Invitation d’une personne",
    "partners.send_join_confirmation": "Confirmation d’une demande de rattachement",
    "partners.send_join_request": "Demande de rattachement, à l’organisation",
    "partners.send_join_request_to_agents": "Demande de rattachement, aux agents",
    "partners.send_join_decision": "Réponse à une demande de rattachement",
    "partners.send_staff_invitation": "Invitation d’un agent",
    "partners.send_second_factor_reset": "Second facteur réinitialisé",
    "partners.send_security_notice": "Avis de sécurité",
    "partners.send_project_published": "Projet publié",
    "partners.send_project_returned": "Projet retourné",
    "partners.send_change_decided": "Modification décidée",
    "partners.send_follow_up": "Nouvelles d’un projet",
    "partners.send_moderation_reminder": "Rappel de modération",
    "partners.send_territory_message": "Message d’un territoire",
    "partners.send_territory_receipt": "Accusé de réception d’un message",
    "partners.send_agreement_news": "Nouvelles d’un accord",
    "partners.send_agreement_turn": "Accord à signer",
    "partners.send_term_alert": "Terme d’un accord",
    "partners.send_match_proposed": "Ressource proposée ou demandée",
    "partners.send_match_decided": "Réponse à une proposition de ressource",
    "partners.send_mailing_letter": "Envoi groupé",
    "charter.send_invitation": "Invitation à signer la charte",
    "charter.send_member_invitation": "Invitation d’un membre de réseau",
    "charter.send_adhesion_receipt": "Reçu d’adhésion",
    "charter.send_transmission": "Charte transmise",
    "charter.send_deliberation_reminder": "Rappel de délibération",
    "charter.send_reminder": "Relance de campagne",
    "charter.send_mandate_verified": "Mandat vérifié",
    "charter.send_mandate_refused": "Mandat refusé",
    "charter.send_mandate_contested": "Mandat contesté",
    "charter.send_alarms": "Alarmes du jour",
    "charter.send_receipt": "Reçu de signature",
    "charter.send_countersigned": "Signature contresignée",
    "charter.send_withdrawal_receipt": "Reçu de retrait",
    "charter.send_refused": "Signature non contresignée",
    "events.send_registration_receipt": "Reçu d’inscription",
    "events.send_ticket": "Billet, à l’accueil",
    "events.send_promotion": "Place libérée",
    "events.send_offer": "Place proposée",
    "events.send_offer_reminder": "Place proposée, rappel",
    "events.send_offer_expired": "Place proposée, sans réponse",
    "events.send_offer_withdrawn": "Place proposée, reprise",
    "events.send_declined": "Place déclinée",
    "events.send_cancellation": "Inscription annulée",
    "events.send_convention_cancelled": "Convention annulée",
    "events.send_convention_moved": "Changement de date ou de lieu",
    "events.send_workshops": "Ateliers attribués",
    "events.send_workshop_place": "Place d’atelier",
    "events.send_invitation": "Invitation à une rencontre",
    "events.send_reminder": "Rappel ou remerciements d’une rencontre",
    "events.send_programme_change": "Changement du programme",
    "events.send_speaker_request": "Accord demandé à une intervenante ou un intervenant",
    "events.send_certificate": "Attestation de présence",
    "events.send_certificate_withdrawn": "Attestation de présence retirée",
    "events.send_facilitator_link": "Lien d’animation d’un atelier",
    "events.send_proposals_received": "Propositions gardées",
    "events.send_proposal_step": "Étape d’une proposition",
    "events.send_roadmap_step": "Étape de la feuille de route",
    "portal.send_alert_confirmation": "Alerte à confirmer",
    "portal.send_alert": "Nouvelles d’une alerte",
    "portal.send_steering": "Tableau de bord",
}
OTHERS = {
    "partners.erase_photo", "partners.feed_mailing", "charter.seal_attestation", "charter.note_carried_over",
    "portal.compare_alert", "portal.work_on_sheet", "portal.make_sheet", "portal.work_on_batch", "portal.make_copy",
    "events.allot_workshops", "events.pass_lapsed_offers",
    "events.certify_attendance",
}  # fmt: skip
SILENCES = {
    "ConnectionRefusedError": "le serveur de messagerie ne répondait pas",
    "SMTPServerDisconnected": "la liaison s’est coupée",
    "TimeoutError": "le serveur de messagerie n’a pas répondu à temps",
    "gaierror": "le serveur de messagerie était introuvable",
}


def label_of(work: str) -> str:
    return LETTERS.get(work, work)


def said(code: int | None, words: str, error: str = "") -> str:
    """The last answer of the post, in words; ``error`` is what went wrong before the post was reached."""
    if code is None:
        return f"erreur avant l’envoi ({error})" if error else ""
    if code == 0:
        return SILENCES.get(words, f"aucune réponse du serveur de messagerie ({words})")
    told = "accepté" if code < 300 else "remis à plus tard par le serveur" if code < 500 else "refusé par le serveur"
    return f"{told} : {code} {words}".strip()
