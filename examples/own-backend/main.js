import { configure } from "/node_modules/workflowai-feedback/index.js";

configure({
  // Takes the place of the call to a receiver. What it returns has to prove that the vote arrived.
  send: async (request, { signal, keepalive }) => {
    const response = await fetch("/my/votes", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
      signal,
      keepalive,
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return response.json();
  },
});
