use crate::messages::Pack;

/// French.
pub const FR: Pack = Pack {
    group: "Avis",
    positive: "Bonne réponse",
    negative: "Mauvaise réponse",
    comment: "Plus de détails (facultatif)",
    reasons: "Qu’est-ce qui n’allait pas\u{202f}?",
    send: "Envoyer",
    close: "Fermer",
    remaining: "Caractères restants\u{a0}: #",
    excess: "Caractères en trop\u{a0}: #",
    sending: "Envoi en cours…",
    sent: "Merci pour votre avis",
    retracted: "Avis retiré",
    offline: "Enregistré. Sera envoyé au retour de la connexion",
    unavailable: "Enregistré. Le service ne répond pas, l’envoi sera retenté",
    expired: "Enregistré. Le lien a expiré, rechargez la page pour envoyer",
    not_accepted: "Refusé par le service",
    not_allowed: "Refusé\u{a0}: vous ne pouvez pas donner d’avis ici",
    too_long: "Refusé\u{a0}: le commentaire est trop long",
    cannot_retract: "Un avis ne peut pas être retiré ici",
    dropped: "Abandonné\u{a0}: l’envoi n’a pas pu se faire à temps",
    not_kept: "Non envoyé. Veuillez réessayer",
};
