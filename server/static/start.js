// Lets the widget vote here, and shows votes as they arrive.
const page = document.querySelector(".start");
const { base } = document.documentElement.dataset;

for (const widget of page.querySelectorAll("workflowai-feedback")) {
  widget.setAttribute("api-url", page.dataset.address || location.origin + base);
}

/** Takes the list of votes from the page as it is now. */
const refresh = async () => {
  const answer = await fetch(`${base}/dashboard/start`);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const list = fresh.getElementById("arrived");
  if (!list) return;
  document.getElementById("arrived").replaceWith(list);
  document.getElementById("arrival").textContent = list.querySelector("h3").textContent;
};

for (const kind of ["feedback-sent", "feedback-retract"]) page.addEventListener(kind, refresh);
