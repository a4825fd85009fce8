use crate::messages::Pack;

/// Japanese.
pub const JA: Pack = Pack {
    group: "フィードバック",
    positive: "良い回答",
    negative: "良くない回答",
    comment: "詳しくお聞かせください（任意）",
    reasons: "どこに問題がありましたか？",
    send: "送信",
    close: "閉じる",
    remaining: "残り#文字",
    excess: "#文字超過",
    sending: "送信中…",
    sent: "フィードバックありがとうございます",
    retracted: "評価を取り消しました",
    offline: "保存しました（未送信）。オンラインになったら送信します",
    unavailable: "保存しました（未送信）。サービスが応答しないため、再試行します",
    expired: "保存しました（未送信）。リンクの期限が切れています。送信するにはページを再読み込みしてください",
    not_accepted: "サービスに受け付けられませんでした",
    not_allowed: "受け付けられませんでした：ここで評価する権限がありません",
    too_long: "受け付けられませんでした：コメントが長すぎます",
    cannot_retract: "ここでは評価を取り消せません",
    dropped: "期限内に送信できなかったため、中止しました",
    not_kept: "送信できませんでした。もう一度お試しください",
};
