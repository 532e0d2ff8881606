// Numbers that html.py packed as base64 of little-endian integers; so are all machines that browsers run on.

/** kind: Int16Array, Uint16Array or Uint8Array. */
export function unpack(text, kind) {
  return new kind(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
}
