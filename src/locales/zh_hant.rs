use crate::messages::Pack;

/// Chinese in traditional characters.
pub const ZH_HANT: Pack = Pack {
    group: "意見回饋",
    positive: "回答得好",
    negative: "回答得不好",
    comment: "補充說明（選填）",
    reasons: "哪裡有問題？",
    send: "傳送",
    close: "關閉",
    remaining: "還可輸入 # 字",
    excess: "超出 # 字",
    sending: "傳送中…",
    sent: "感謝提供意見",
    retracted: "評價已收回",
    offline: "已儲存，尚未傳送，連上網路後會自動傳送",
    unavailable: "已儲存，尚未傳送。服務沒有回應，將會重試",
    expired: "已儲存，尚未傳送。連結已過期，請重新整理頁面以傳送",
    not_accepted: "服務未接受這則意見",
    not_allowed: "未獲接受：無權在此評價",
    too_long: "未獲接受：補充說明過長",
    cannot_retract: "此處無法收回評價",
    dropped: "已放棄：未能及時傳送",
    not_kept: "未傳送，請再試一次",
};
