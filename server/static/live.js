// Tells how many votes are new without moving those that are being read.
const offer = document.getElementById("new");
const { base } = document.documentElement.dataset;
const query = new URLSearchParams(location.search);
query.set("since", offer.dataset.since);
const title = document.title;
let source;

const listen = () => {
  source?.close();
  source = undefined;
  // A browser keeps few connections to a server: a hidden page needs none.
  if (document.hidden) return;
  source = new EventSource(`${base}/dashboard/live?${query}`);
  source.addEventListener("message", ({ data }) => {
    const count = Number(data);
    offer.hidden = count === 0;
    offer.textContent = count > 99 ? "99+ new" : `${count} new`;
    document.title = count === 0 ? title : `(${count > 99 ? "99+" : count}) ${title}`;
  });
};

document.addEventListener("visibilitychange", listen);
listen();
