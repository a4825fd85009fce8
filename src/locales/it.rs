use crate::messages::Pack;

/// Italian.
pub const IT: Pack = Pack {
    group: "Feedback",
    positive: "Buona risposta",
    negative: "Cattiva risposta",
    comment: "Altri dettagli (facoltativo)",
    reasons: "Che cosa non andava?",
    send: "Invia",
    close: "Chiudi",
    remaining: "Caratteri rimasti: #",
    excess: "Caratteri di troppo: #",
    sending: "Invio in corso…",
    sent: "Grazie per il feedback",
    retracted: "Voto ritirato",
    offline: "Salvato. Verrà inviato al ritorno della connessione",
    unavailable: "Salvato. Il servizio non risponde, l’invio verrà ritentato",
    expired: "Salvato. Il link è scaduto, ricarica la pagina per inviare",
    not_accepted: "Non accettato dal servizio",
    not_allowed: "Non accettato: qui non è consentito votare",
    too_long: "Non accettato: il commento è troppo lungo",
    cannot_retract: "Qui non è possibile ritirare un voto",
    dropped: "Annullato: non è stato possibile inviare in tempo",
    not_kept: "Non inviato. Riprova",
};
