import { renderShadowRoot } from "workflowai-feedback/ssr";
import { Define } from "./define";

/** In your app: runs the agent, and mints the token for that run and the signed-in person. */
const ask = async () => ({ text: "The capital of France is Paris.", token: "token-of-the-run" });

// A server component alone: the thumbs are in the HTML, painted before any script has come.
export default async function Page() {
  const { text, token } = await ask();
  const label = "Feedback on answer 1";
  return (
    <main>
      <h1>Answers</h1>
      <p>{text}</p>
      <workflowai-feedback
        feedback-token={token}
        user-id="u-7"
        label={label}
        reasons='["Wrong facts", "Too long"]'
        // The browser makes the shadow root of it, so React finds nothing where this was.
        // biome-ignore lint/security/noDangerouslySetInnerHtml: the package escapes what is given
        dangerouslySetInnerHTML={{ __html: await renderShadowRoot({ lang: "en", label }) }}
        suppressHydrationWarning
      />
      <Define />
    </main>
  );
}
