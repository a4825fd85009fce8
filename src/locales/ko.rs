use crate::messages::Pack;

/// Korean.
pub const KO: Pack = Pack {
    group: "피드백",
    positive: "좋은 답변",
    negative: "아쉬운 답변",
    comment: "자세히 알려 주세요(선택)",
    reasons: "어떤 점이 문제였나요?",
    send: "보내기",
    close: "닫기",
    remaining: "#자 남음",
    excess: "#자 초과",
    sending: "보내는 중…",
    sent: "피드백을 보내 주셔서 감사합니다",
    retracted: "평가를 취소했습니다",
    offline: "저장했습니다. 온라인 상태가 되면 보냅니다",
    unavailable: "저장했습니다. 서비스가 응답하지 않아 다시 시도합니다",
    expired: "저장했습니다. 링크가 만료되어 보내려면 페이지를 새로 고쳐야 합니다",
    not_accepted: "서비스에서 접수하지 않았습니다",
    not_allowed: "접수되지 않음: 여기서 평가할 권한이 없습니다",
    too_long: "접수되지 않음: 의견이 너무 깁니다",
    cannot_retract: "여기서는 평가를 취소할 수 없습니다",
    dropped: "제때 보내지 못해 중단했습니다",
    not_kept: "보내지 못했습니다. 다시 시도해 주세요",
};
