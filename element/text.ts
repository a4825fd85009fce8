/** Text as the receiver takes it: well-formed and without NUL. */
export const clean = (text: string): string =>
  text.replace(/\p{Cs}/gu, "\ufffd").replaceAll("\0", "\ufffd");
