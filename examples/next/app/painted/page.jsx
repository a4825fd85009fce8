import { renderShadowRoot } from "workflowai-feedback/ssr";
import { Written } from "./written";

/** In your app: runs the agent, and mints the token for that run and the signed-in person. */
const ask = async () => ({ text: "The capital of France is Paris.", token: "token-of-the-run" });

// The thumbs are in the HTML, painted before any script has come.
export default async function Page() {
  const { text, token } = await ask();
  const label = "Feedback on answer 1";
  return (
    <main>
      <h1>Answers</h1>
      <p>{text}</p>
      <Written
        feedback-token={token}
        user-id="u-7"
        label={label}
        reasons='["Wrong facts", "Too long"]'
        root={await renderShadowRoot({ lang: "en", label })}
      />
    </main>
  );
}
