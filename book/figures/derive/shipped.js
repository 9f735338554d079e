/* What the engine is made of, as shipped.json beside the scripts says; a few letters, not the engine. */
import { bytes, element } from "./dom.js";

const named = ({ name, version, licence }) => `${name} ${version} (${licence})`;

/* Fills a paragraph; the reason where this copy of the site has no engine, else null. */
export async function describe(paragraph, folder) {
  const answer = await fetch(`${folder}shipped.json`);
  const { files, size, parts, missing } = await answer.json();
  if (!files.length) return missing;
  const licences = element("a", { href: `${folder}licences.txt` }, "licences and notices");
  paragraph.replaceChildren(`The engine of this site is ${bytes(size)} in ${files.length} files: `,
    `${parts.map(named).join(", ")}; `, licences, ".");
  return null;
}
