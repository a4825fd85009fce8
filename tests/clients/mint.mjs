import { SignJWT } from "jose";

/** Signs the right to vote on one run. */
export function feedbackToken({ kid, secret, agent, run, user, seconds }) {
  return new SignJWT({ agent, run })
    .setProtectedHeader({ alg: "HS256", kid })
    .setAudience("feedback")
    .setSubject(user)
    .setExpirationTime(`${seconds} seconds`)
    .sign(new TextEncoder().encode(secret));
}
