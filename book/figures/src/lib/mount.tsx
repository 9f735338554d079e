/* Bring the still figures of a page to life. */
import { hydrate } from "preact";
import type { Figure } from "./figure";
import { Shell } from "./shell";

export function mountAll(figure: Figure<any, any>) {
  if (typeof document === "undefined") return; // run by Node, which renders and tests
  document.querySelectorAll<HTMLElement>(`.moving[data-figure="${figure.name}"]`).forEach((box) => {
    hydrate(<Shell figure={figure} />, box);
    box.dataset.moving = "yes"; // the styles show the controls; the browser tests wait for it
  });
}
