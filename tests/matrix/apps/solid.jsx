import "workflowai-feedback";
import { createSignal, For } from "solid-js";
import { render } from "solid-js/web";

const App = () => {
  const [label, rename] = createSignal("Answer 1");
  const [tokens, setTokens] = createSignal(["a", "b", "c"]);
  const [heard, hear] = createSignal("");
  return (
    <>
      <workflowai-feedback
        id="first"
        prop:feedbackToken="token-1"
        prop:userID="u"
        prop:reasons={["Slow"]}
        prop:label={label()}
        on:feedback-sent={(event) => hear(`sent ${event.detail.outcome}`)}
      />
      <output id="heard">{heard()}</output>
      <ul id="list">
        <For each={tokens()}>
          {(token) => (
            <li>
              <workflowai-feedback prop:feedbackToken={token} />
            </li>
          )}
        </For>
      </ul>
      <button type="button" id="rename" onClick={() => rename("Renamed")}>
        rename
      </button>
      <button type="button" id="reverse" onClick={() => setTokens(tokens().toReversed())}>
        reverse
      </button>
    </>
  );
};
render(() => <App />, document.getElementById("app"));
