use crate::messages::Pack;

/// Turkish.
pub const TR: Pack = Pack {
    group: "Geri bildirim",
    positive: "İyi yanıt",
    negative: "Kötü yanıt",
    comment: "Ayrıntılar (isteğe bağlı)",
    reasons: "Sorun neydi?",
    send: "Gönder",
    close: "Kapat",
    remaining: "# karakter kaldı",
    excess: "# karakter fazla",
    sending: "Gönderiliyor…",
    sent: "Geri bildiriminiz için teşekkürler",
    retracted: "Oy geri alındı",
    offline: "Kaydedildi. İnternet bağlantısı kurulunca gönderilecek",
    unavailable: "Kaydedildi. Hizmet yanıt vermiyor, gönderim yeniden denenecek",
    expired: "Kaydedildi. Bu bağlantının süresi doldu, göndermek için sayfayı yenileyin",
    not_accepted: "Hizmet tarafından kabul edilmedi",
    not_allowed: "Kabul edilmedi: burada oy verme izniniz yok",
    too_long: "Kabul edilmedi: yorum çok uzun",
    cannot_retract: "Burada oy geri alınamıyor",
    dropped: "Vazgeçildi: zamanında gönderilemedi",
    not_kept: "Gönderilmedi. Lütfen yeniden deneyin",
};
