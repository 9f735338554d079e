/* The declaration in the address: #cell=, and behind it UTF-8 in base64 for addresses. It is only
   ever put into the editor; nothing here runs it. */
export const START = "#cell=";
export const LONGEST = 20000; // letters of a declaration: some servers and chats cut longer addresses

export function encode(text) {
  const letters = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte));
  return START + btoa(letters.join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/* The declaration, null where the address has none; throws where it is damaged. */
export function decode(hash) {
  if (!hash.startsWith(START)) return null;
  const letters = atob(hash.slice(START.length).replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  if (text.length > LONGEST) throw new RangeError("too long");
  return text;
}
