import { pressed } from "./find.js";

/**
 * Marks the turn being read in the outline, and closes the drawer when an entry was chosen.
 *
 * @param {HTMLElement} outline
 */
export function followOutline(outline) {
  outline.addEventListener("click", (event) => {
    if (pressed(event, "a") && outline.matches(":popover-open")) outline.hidePopover();
  });

  // A line a third down the window: the turn that crosses it is the one being read.
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const link = outline.querySelector(`a[href="#${target.id}"]`);
        if (isIntersecting) link?.setAttribute("aria-current", "true");
        else link?.removeAttribute("aria-current");
      }
    },
    { rootMargin: "-33% 0px -66%" },
  );
  for (const turn of document.querySelectorAll(".turn")) observer.observe(turn);
}
