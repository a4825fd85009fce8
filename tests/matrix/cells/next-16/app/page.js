import { Answers } from "./answers";

// A server component; the widget is an island in it.
export default function Page() {
  return (
    <main>
      <h1>Answers</h1>
      <Answers token="token-1" />
    </main>
  );
}
