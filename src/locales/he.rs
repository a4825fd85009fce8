use crate::messages::Pack;

/// Hebrew.
pub const HE: Pack = Pack {
    group: "משוב",
    positive: "תשובה טובה",
    negative: "תשובה לא טובה",
    comment: "פרטים נוספים (לא חובה)",
    reasons: "מה לא היה בסדר?",
    send: "שליחה",
    close: "סגירה",
    remaining: "תווים שנותרו: #",
    excess: "תווים מעבר למגבלה: #",
    sending: "בשליחה…",
    sent: "תודה על המשוב",
    retracted: "הדירוג בוטל",
    offline: "נשמר. יישלח כשהחיבור לאינטרנט יחזור",
    unavailable: "נשמר. השירות לא מגיב, ננסה לשלוח שוב",
    expired: "נשמר. תוקף הקישור פג, כדי לשלוח יש לרענן את הדף",
    not_accepted: "השירות לא קיבל את המשוב",
    not_allowed: "לא התקבל: אין לך הרשאה לדרג כאן",
    too_long: "לא התקבל: ההערה ארוכה מדי",
    cannot_retract: "אי אפשר לבטל דירוג כאן",
    dropped: "השליחה לא הצליחה בזמן, והניסיונות הופסקו",
    not_kept: "לא נשלח. נא לנסות שוב",
};
