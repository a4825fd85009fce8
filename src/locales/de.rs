use crate::messages::Pack;

/// German.
pub const DE: Pack = Pack {
    group: "Feedback",
    positive: "Gute Antwort",
    negative: "Schlechte Antwort",
    comment: "Mehr dazu (optional)",
    reasons: "Was war nicht gut?",
    send: "Senden",
    close: "Schließen",
    remaining: "noch #",
    excess: "# zu viel",
    sending: "Wird gesendet…",
    sent: "Danke für das Feedback",
    retracted: "Bewertung zurückgenommen",
    offline: "Gespeichert. Wird gesendet, sobald wieder eine Verbindung besteht",
    unavailable: "Gespeichert. Der Dienst antwortet nicht, Senden wird erneut versucht",
    expired: "Gespeichert. Der Link ist abgelaufen, zum Senden die Seite neu laden",
    not_accepted: "Vom Dienst nicht angenommen",
    not_allowed: "Nicht angenommen: Bewerten ist hier nicht erlaubt",
    too_long: "Nicht angenommen: Der Kommentar ist zu lang",
    cannot_retract: "Bewertungen lassen sich hier nicht zurücknehmen",
    dropped: "Aufgegeben: Senden war nicht rechtzeitig möglich",
    not_kept: "Nicht gesendet. Bitte noch einmal versuchen",
};
