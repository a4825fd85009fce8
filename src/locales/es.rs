use crate::messages::Pack;

/// Spanish.
pub const ES: Pack = Pack {
    group: "Valoración",
    positive: "Buena respuesta",
    negative: "Mala respuesta",
    comment: "Más detalles (opcional)",
    reasons: "¿Cuál fue el problema?",
    send: "Enviar",
    close: "Cerrar",
    remaining: "Caracteres disponibles: #",
    excess: "Caracteres de más: #",
    sending: "Enviando…",
    sent: "Gracias por tu opinión",
    retracted: "Valoración retirada",
    offline: "Guardado. Se enviará al recuperar la conexión",
    unavailable: "Guardado. El servicio no responde, se volverá a intentar el envío",
    expired: "Guardado. El enlace ha caducado, recarga la página para enviar",
    not_accepted: "No aceptado por el servicio",
    not_allowed: "No aceptado: no puedes valorar aquí",
    too_long: "No aceptado: el comentario es demasiado largo",
    cannot_retract: "Aquí no se pueden retirar las valoraciones",
    dropped: "Descartado: no se pudo enviar a tiempo",
    not_kept: "No enviado. Inténtalo de nuevo",
};
