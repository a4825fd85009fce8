/**
 * Which run, user and receiver a key is about, as its token says without any proof: a refreshed
 * token is another key, but no other answer.
 */
export const runOf = (key: string | null): string => {
  try {
    const [endpoint, token, user] = JSON.parse(key as string);
    // A JWT has its payload in the middle, the original service's token at its start.
    const [head, middle, end] = token.split(".");
    const payload = JSON.parse(
      atob((end === undefined ? head : middle).replace(/-/g, "+").replace(/_/g, "/")),
    );
    const { tenant, agent, run, sub, t, u, r } = payload;
    return JSON.stringify([endpoint, user || sub, tenant ?? t, agent ?? u, run ?? r]);
  } catch {
    return `${key}`;
  }
};
