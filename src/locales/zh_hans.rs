use crate::messages::Pack;

/// Chinese in simplified characters.
pub const ZH_HANS: Pack = Pack {
    group: "反馈",
    positive: "回答得好",
    negative: "回答得不好",
    comment: "补充说明（选填）",
    reasons: "哪里有问题？",
    send: "发送",
    close: "关闭",
    remaining: "还可输入 # 字",
    excess: "超出 # 字",
    sending: "正在发送…",
    sent: "感谢反馈",
    retracted: "评价已撤回",
    offline: "已保存，尚未发送，联网后会自动发送",
    unavailable: "已保存，尚未发送。服务没有响应，将会重试",
    expired: "已保存，尚未发送。链接已过期，请刷新页面以发送",
    not_accepted: "服务未接受此反馈",
    not_allowed: "未被接受：无权在此评价",
    too_long: "未被接受：补充说明过长",
    cannot_retract: "此处无法撤回评价",
    dropped: "已放弃：未能及时发送",
    not_kept: "未发送，请重试",
};
