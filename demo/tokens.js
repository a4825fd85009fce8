const VISITOR = "demo-visitor";

/**
 * Fresh tokens for the runs, bound to this tab's visitor. The visitor is kept for the session and
 * sent back, so that a reload finds its votes again.
 *
 * @param {string[]} runs
 * @returns {Promise<{ visitor: string, tokens: Record<string, string> }>}
 */
export async function fetchTokens(runs) {
  const visitor = sessionStorage.getItem(VISITOR) ?? undefined;
  const response = await fetch("/demo/tokens", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ visitor, runs }),
  });
  if (!response.ok) throw new Error(`POST /demo/tokens answered ${response.status}`);
  const answer = await response.json();
  sessionStorage.setItem(VISITOR, answer.visitor);
  return answer;
}
