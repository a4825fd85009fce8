/** What a token says, without any proof. Throws where it says nothing. */
const claims = (token: string) => {
  // A JWT has its payload in the middle, the original service's token at its start.
  const [head, middle, end] = token.split(".") as [string, string, string?];
  return JSON.parse(
    atob((end === undefined ? head : middle).replace(/-/g, "+").replace(/_/g, "/")),
  );
};

/**
 * Which run, user and receiver a key is about, as its token says without any proof: a refreshed
 * token is another key, but no other answer.
 */
export const runOf = (key: string | null): string => {
  try {
    const [endpoint, token, user] = JSON.parse(key as string);
    const { tenant, agent, run, sub, t, u, r } = claims(token);
    return JSON.stringify([endpoint, user || sub, tenant ?? t, agent ?? u, run ?? r]);
  } catch {
    return `${key}`;
  }
};

/** A clock may be off by this, in milliseconds. */
const DAY = 86_400_000;

/** Whether a key's token has surely expired. */
export const expired = (key: string): boolean => {
  try {
    return claims(JSON.parse(key)[1]).exp * 1000 + DAY < Date.now();
  } catch {
    return false;
  }
};
