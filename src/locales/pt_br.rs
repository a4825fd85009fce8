use crate::messages::Pack;

/// Brazilian Portuguese.
pub const PT_BR: Pack = Pack {
    group: "Feedback",
    positive: "Boa resposta",
    negative: "Resposta ruim",
    comment: "Conte mais (opcional)",
    reasons: "Qual foi o problema?",
    send: "Enviar",
    close: "Fechar",
    remaining: "Caracteres restantes: #",
    excess: "Caracteres a mais: #",
    sending: "Enviando…",
    sent: "Agradecemos o feedback",
    retracted: "Voto retirado",
    offline: "Salvo. Será enviado quando a conexão voltar",
    unavailable: "Salvo. O serviço não responde, vamos tentar enviar de novo",
    expired: "Salvo. O link expirou, recarregue a página para enviar",
    not_accepted: "Recusado pelo serviço",
    not_allowed: "Recusado: você não pode votar aqui",
    too_long: "Recusado: o comentário é longo demais",
    cannot_retract: "Aqui não é possível retirar o voto",
    dropped: "Cancelado: não foi possível enviar a tempo",
    not_kept: "Não enviado. Tente de novo",
};
