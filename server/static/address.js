// Fills in this server's address where it was not told its public one.
const { base } = document.documentElement.dataset;
const given = document.querySelector("[data-address]")?.dataset.address;
for (const place of document.querySelectorAll(".address")) {
  place.textContent = given || location.origin + base;
}
