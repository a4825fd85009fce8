/**
 * Puts wide tables and code into the tab order while they scroll sideways, and only then.
 *
 * @param {Iterable<HTMLElement>} boxes
 */
export function reachByKeyboard(boxes) {
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
      else target.removeAttribute("tabindex");
    }
  });
  for (const box of boxes) observer.observe(box);
}
