/** What `mint.mjs` needs to know. */
export function feedbackToken(of: {
  kid: string;
  secret: string;
  agent: string;
  run: string;
  user: string;
  seconds: number;
}): Promise<string>;
