use crate::messages::Pack;

/// Dutch.
pub const NL: Pack = Pack {
    group: "Feedback",
    positive: "Goed antwoord",
    negative: "Slecht antwoord",
    comment: "Toelichting (optioneel)",
    reasons: "Wat was er niet goed?",
    send: "Verzenden",
    close: "Sluiten",
    remaining: "nog #",
    excess: "# te veel",
    sending: "Wordt verzonden…",
    sent: "Bedankt voor de feedback",
    retracted: "Stem ingetrokken",
    offline: "Opgeslagen. Wordt verzonden zodra er weer verbinding is",
    unavailable: "Opgeslagen. De dienst reageert niet, verzenden wordt opnieuw geprobeerd",
    expired: "Opgeslagen. De link is verlopen, laad de pagina opnieuw om te verzenden",
    not_accepted: "Niet geaccepteerd door de dienst",
    not_allowed: "Niet geaccepteerd: stemmen is hier niet toegestaan",
    too_long: "Niet geaccepteerd: de toelichting is te lang",
    cannot_retract: "Stemmen kunnen hier niet worden ingetrokken",
    dropped: "Gestopt: verzenden lukte niet op tijd",
    not_kept: "Niet verzonden. Probeer het opnieuw",
};
