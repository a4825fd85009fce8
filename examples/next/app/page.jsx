import { Answer } from "./answer";

/** In your app: runs the agent, and mints the token for that run and the signed-in person. */
const ask = async () => ({ text: "The capital of France is Paris.", token: "token-of-the-run" });

export default async function Page() {
  const { text, token } = await ask();
  return (
    <main>
      <h1>Answers</h1>
      <Answer text={text} token={token} user="u-7" />
    </main>
  );
}
