use crate::messages::Pack;

/// Polish.
pub const PL: Pack = Pack {
    group: "Opinia",
    positive: "Dobra odpowiedź",
    negative: "Zła odpowiedź",
    comment: "Więcej szczegółów (opcjonalnie)",
    reasons: "Co było nie tak?",
    send: "Wyślij",
    close: "Zamknij",
    remaining: "Pozostało: #",
    excess: "Za dużo o #",
    sending: "Wysyłanie…",
    sent: "Dziękujemy za opinię",
    retracted: "Wycofano ocenę",
    offline: "Zapisano. Wyślemy po odzyskaniu połączenia",
    unavailable: "Zapisano. Usługa nie odpowiada, spróbujemy wysłać ponownie",
    expired: "Zapisano. Link wygasł, odśwież stronę, aby wysłać",
    not_accepted: "Usługa nie przyjęła opinii",
    not_allowed: "Nie przyjęto: brak uprawnień do oceniania",
    too_long: "Nie przyjęto: komentarz jest za długi",
    cannot_retract: "Tutaj nie można wycofać oceny",
    dropped: "Zakończono próby: nie udało się wysłać na czas",
    not_kept: "Nie wysłano. Spróbuj ponownie",
};
